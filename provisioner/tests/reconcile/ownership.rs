//! Whose is it: nothing that is not ours is changed, and drift of what is ours is repaired.
