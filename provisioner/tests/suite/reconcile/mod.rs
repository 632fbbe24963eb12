//! The program as a whole, on an AWS where anything can happen. See `../support/proxy`.

mod adversary;
mod calls;
mod crash;
mod denied;
mod emptying;
mod foreign_entries;
mod interrupted;
mod keys;
mod many_users;
mod mistaken;
mod never_open;
mod obstacles;
mod ownership;
mod permissions;
mod small_print;
mod sub_documents;
mod sweep;
mod terminal;
mod their_function;
mod two_at_once;
mod upload_key;
mod weather;
mod whose_bucket;
