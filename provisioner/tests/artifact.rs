//! The function is really built and packaged, for this machine.

use std::{cell::RefCell, path::Path};

use provisioner::artifact::{Target, package};

#[tokio::test]
async fn an_unchanged_function_makes_the_same_package() {
    let said = RefCell::new(Vec::new());
    let say = |text: &str| said.borrow_mut().push(text.to_owned());
    let near = Path::new(env!("CARGO_MANIFEST_DIR"));
    let first = package(Some(near), Target::Host, &say).await.unwrap();
    assert!(first.zip.starts_with(b"PK\x03\x04"));
    assert!(first.bootstrap_bytes > first.zip_bytes());

    said.borrow_mut().clear();
    let second = package(Some(near), Target::Host, &say).await.unwrap();
    assert_eq!(second, first);
    assert!(said.borrow().is_empty(), "the second time there is nothing to build: {:?}", said.borrow());
}
