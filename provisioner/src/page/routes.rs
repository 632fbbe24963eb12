//! Which request means what; pure but for the ticket, which is good once.

use contract::event::decode_key;

use super::Page;
use super::answer::Status;
use super::assets::{self, Asset};
use super::http::{Head, Method};

/// What is asked for.
#[derive(Debug)]
pub(super) enum Route {
    /// The page under its real address, which a ticket leads to.
    Elsewhere(String),
    Asset(&'static Asset),
    Pipeline,
    Events,
    Pending,
    /// Who may do what, by the configuration.
    Configured,
    /// The same, asked of AWS.
    Asked,
    /// A picture of this name comes.
    Picture(String),
    /// The clean copy of a picture.
    Copy(u64),
    /// A picture within a picture.
    Hidden(u64, usize),
    /// Nothing, and why.
    None(Status, &'static str),
}

/// Nothing more is said to who does not have the token.
const NOWHERE: Route = Route::None(Status::NotFound, "there is nothing here");

/// Finds out.
pub(super) fn find(page: &Page, head: &Head) -> Route {
    let Some((first, rest)) = head.path.strip_prefix('/').and_then(|path| path.split_once('/')) else {
        return NOWHERE;
    };
    if first == "open" && head.method == Method::Get {
        return if page.ticket.redeem(rest) {
            Route::Elsewhere(format!("/{}/", page.secret.as_str()))
        } else {
            Route::None(
                Status::Gone,
                "This address is good once, and for two minutes. Open the one that `provisioner local open` printed.",
            )
        };
    }
    if !page.secret.is(first) {
        return NOWHERE;
    }
    match head.method {
        Method::Get => get(rest),
        Method::Post => post(rest, &head.query),
    }
}

fn get(path: &str) -> Route {
    if let Some(asset) = assets::find(path) {
        return Route::Asset(asset);
    }
    let parts: Vec<&str> = path.split('/').collect();
    let route = match parts.as_slice() {
        ["pipeline"] => Some(Route::Pipeline),
        ["events"] => Some(Route::Events),
        ["pending"] => Some(Route::Pending),
        ["access"] => Some(Route::Configured),
        ["pictures", id, "copy"] => id.parse().ok().map(Route::Copy),
        ["pictures", id, "hidden", index] => {
            id.parse().ok().zip(index.parse().ok()).map(|(id, index)| Route::Hidden(id, index))
        }
        _ => None,
    };
    route.unwrap_or(NOWHERE)
}

fn post(path: &str, query: &str) -> Route {
    match path {
        "access" => Route::Asked,
        "pictures" => match query.strip_prefix("name=").map(decode_key) {
            Some(Ok(name)) if !name.is_empty() => Route::Picture(name),
            _ => Route::None(Status::BadRequest, "a picture needs a name"),
        },
        _ => NOWHERE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_they_should() {
        assert!(matches!(get(""), Route::Asset(_)));
        assert!(matches!(get("page.js"), Route::Asset(_)));
        assert!(matches!(get("pictures/3/copy"), Route::Copy(3)));
        assert!(matches!(get("pictures/3/hidden/1"), Route::Hidden(3, 1)));
        for nowhere in
            ["../page.js", "pictures/x/copy", "pictures/3", "pictures/-1/copy", "page.js/", "Access"]
        {
            assert!(matches!(get(nowhere), Route::None(Status::NotFound, _)), "{nowhere}");
        }
    }

    #[test]
    fn a_picture_has_the_name_that_it_had() {
        let name = |query: &str| match post("pictures", query) {
            Route::Picture(name) => Some(name),
            _ => None,
        };
        assert_eq!(name("name=a%20b%2Bc%C3%A9.jpg").as_deref(), Some("a b+c\u{e9}.jpg"));
        assert_eq!(name("name="), None);
        assert_eq!(name("key=a.jpg"), None);
        assert_eq!(name("name=%FF"), None, "no UTF-8");
    }
}
