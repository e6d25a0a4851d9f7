//! What the profile of this process counted, for its parent.

use stream_memory::{Budget, profile};

use super::reply::Reply;
use crate::codec::{Put, Take, put_profile};
use crate::task::PROFILE;
use crate::wire;

/// Whether a call asks for it.
pub(super) fn is_asked(tag: u8, payload: &[u8]) -> bool {
    tag == wire::CALL && Take::new(payload).str().is_ok_and(|name| name == PROFILE)
}

/// Room for the rows of a reader's stages, each some hundred bytes.
const ROOM: u64 = 1 << 20;

/// Tells what was counted since it was last asked, whether a file is open or not.
pub(super) fn tell(reply: &mut Reply) {
    let table = profile::table();
    profile::reset();
    let mut put = Put::new(&Budget::new("profile", ROOM));
    // more than there is room for is not told
    if put_profile(&mut put, &table.rows).is_ok() {
        let _ = reply.send(wire::RESULT, &[put.as_bytes()]);
    }
}
