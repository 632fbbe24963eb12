//! Which items are needed to show the picture: the primary one, those it is
//! derived from, and the transparency of any of them (ISO/IEC 23008-12, 6.4.4,
//! 6.6 and 6.5.8).

use std::collections::HashMap;

use super::brand::Code;
use super::gain_map::GainMap;
use super::model::{File, Item, Reference};
use super::properties::{aux_type, is_alpha};

/// What stays.
pub(super) struct Selection {
    /// Places in [`File::items`], ascending.
    pub(super) items: Vec<usize>,
    /// References among them, of kinds that stay; sorted by place of their item.
    pub(super) references: Vec<Link>,
}

/// A reference between items that stay, by their places in [`File::items`].
pub(super) struct Link {
    pub(super) kind: Code,
    pub(super) from: usize,
    pub(super) to: Vec<usize>,
}

/// Follows the references from the primary item. A work list takes the place of
/// recursion; an item is visited once, however references run.
///
/// A gain map's picture is followed like the primary one. What is written anew for it stays for its place.
pub(super) fn select(
    file: &File,
    input: &[u8],
    gain_map: Option<&GainMap>,
) -> Result<Selection, &'static str> {
    let is_alpha: Vec<bool> = file.items.iter().map(|item| has_alpha(file, item, input)).collect();
    let mut outgoing: HashMap<u32, Vec<&Reference>> = HashMap::new();
    let mut alphas: HashMap<u32, Vec<u32>> = HashMap::new();
    for reference in &file.references {
        outgoing.entry(reference.from).or_default().push(reference);
        if &reference.kind == b"auxl" && file.by_id.get(&reference.from).is_some_and(|&index| is_alpha[index])
        {
            for &to in &reference.to {
                alphas.entry(to).or_default().push(reference.from);
            }
        }
    }
    let is_secondary = |reference: &&Reference| matches!(&reference.kind, b"thmb" | b"auxl");
    if outgoing.get(&file.primary).is_some_and(|references| references.iter().any(is_secondary)) {
        // Readers disagree here: some show the other picture.
        return Err("the primary picture belongs to another one");
    }
    let mut is_kept = vec![false; file.items.len()];
    let mut waiting = vec![file.primary];
    waiting.extend(gain_map.map(|gain_map| file.items[gain_map.picture].id));
    while let Some(id) = waiting.pop() {
        let index = *file.by_id.get(&id).ok_or("a reference to an item that is not there")?;
        if std::mem::replace(&mut is_kept[index], true) {
            continue;
        }
        check(&file.items[index])?;
        for reference in outgoing.get(&id).into_iter().flatten() {
            match &reference.kind {
                b"dimg" => waiting.extend(&reference.to),
                b"pred" | b"tbas" | b"exbl" => return Err("a picture that needs another to be decoded"),
                _ => {}
            }
        }
        waiting.extend(alphas.get(&id).into_iter().flatten());
    }
    let written = |index: usize| gain_map.is_some_and(|gain_map| gain_map.written(index).is_some());
    for (index, is_kept) in is_kept.iter_mut().enumerate() {
        if written(index) && std::mem::replace(is_kept, true) {
            return Err("a picture that is made of a gain map's numbers");
        }
    }
    let items: Vec<usize> = (0..is_kept.len()).filter(|&index| is_kept[index]).collect();
    let mut references = Vec::new();
    for &from in &items {
        references.extend(gain_map.and_then(|gain_map| gain_map.link_from(file, from)));
        if written(from) {
            continue;
        }
        for reference in outgoing.get(&file.items[from].id).into_iter().flatten() {
            let stays = match &reference.kind {
                b"dimg" | b"prem" => true,
                b"auxl" => is_alpha[from],
                _ => false,
            };
            let place = |id: &u32| file.by_id.get(id).copied().filter(|&index| is_kept[index]);
            let to: Vec<usize> = reference.to.iter().filter_map(place).collect();
            if !stays || to.is_empty() {
                continue;
            }
            if references
                .iter()
                .rev()
                .take_while(|link: &&Link| link.from == from)
                .any(|link| link.kind == reference.kind)
            {
                return Err("an item with two references of one kind");
            }
            references.push(Link { kind: reference.kind, from, to });
        }
    }
    Ok(Selection { items, references })
}

fn check(item: &Item) -> Result<(), &'static str> {
    if item.is_protected {
        return Err("an encrypted picture");
    }
    match &item.kind {
        b"hvc1" | b"av01" | b"grid" | b"iovl" | b"iden" => Ok(()),
        _ => Err("a picture coded otherwise than in HEVC or AV1"),
    }
}

/// Whether an item says that it is the transparency of another.
fn has_alpha(file: &File, item: &Item, input: &[u8]) -> bool {
    file.properties_of(item, *b"auxC").any(|property| {
        input.get(property.payload.clone()).is_some_and(|payload| is_alpha(aux_type(payload)))
    })
}
