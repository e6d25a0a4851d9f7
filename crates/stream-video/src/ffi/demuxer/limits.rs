//! How much the library may read ahead and keep.

use std::ffi::{CStr, CString, c_int, c_uint};

use stream_core::Context;

/// What is reserved while a container is open: the packet at hand, an eighth of the budget from 5 to 32 MiB, beyond which the library
/// gets no memory for one; and the stream of bytes.
pub(super) fn held(limit: u64) -> u64 {
    (limit / 8).clamp(5 << 20, 32 << 20).saturating_add(256 << 10)
}

/// Bounds while a container is opened, from what the budget has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes read to find out about streams: packets that are kept meanwhile. 5,000,000 as ffprobe has it, less where memory is short.
    pub(crate) probe: i64,
    /// Bytes looked at to find out the format: 1 MiB as ffprobe has it, less where memory is short.
    pub(crate) format_probe: c_int,
    /// Bytes of index for each stream, where the container needs none.
    pub(crate) index: c_uint,
    /// Streams.
    pub(crate) streams: c_int,
    /// Bytes reserved for the time of opening: packets that are kept, and a few decoded frames.
    pub(crate) opening: u64,
}

impl Limits {
    /// The bounds for a budget of which `free` bytes are left.
    pub(crate) fn of(free: u64) -> Self {
        let opening = (free / 2).clamp(4 << 20, 48 << 20);
        let probe = (opening / 4).clamp(64 << 10, 5_000_000);
        let format_probe = (opening / 8).clamp(32 << 10, 1 << 20);
        Self {
            probe: i64::try_from(probe).unwrap_or(5_000_000),
            format_probe: c_int::try_from(format_probe).unwrap_or(1 << 20),
            index: 256 << 10,
            streams: c_int::try_from((free >> 16).clamp(16, 1000)).unwrap_or(1000),
            opening,
        }
    }

    /// The most pixels of a frame that may be decoded to find out about a stream of frames of `pixels`: all of them, where eight such
    /// frames at four bytes each fit; else none.
    pub(crate) fn pixels(&self, pixels: u64) -> u64 {
        let room = self.opening.saturating_sub(u64::try_from(self.probe).unwrap_or(0)) / 16;
        room.max(if pixels == 0 { 1 << 20 } else { 1 })
    }
}

/// The setting that asks for containers of sound alone as well.
pub(crate) const SETTING: &str = "video.containers";

/// The containers that are read, as the library takes them.
pub(super) fn containers(cx: &Context) -> CString {
    let all = match cx.setting(SETTING) {
        Some("all") => [CONTAINERS.to_bytes(), b",", SOUND.to_bytes()].concat(),
        _ => CONTAINERS.to_bytes().to_vec(),
    };
    CString::new(all).unwrap_or_default()
}

/// Containers that carry sound alone and refer to no other file.
const SOUND: &CStr = c"aac,ac3,act,aiff,amr,amrnb,amrwb,ape,au,caf,dsf,dts,dtshd,eac3,flac,gsm,ilbc,ircam,loas,mlp,mp3,mpc,\
mpc8,nistsphere,oma,qcp,rso,shn,sol,sox,svx,tak,tta,truehd,voc,vqf,w64,wav,wve,xa,xwma";

/// The containers that are read: those that carry pictures and refer to no other file. Names as FFmpeg has them.
const CONTAINERS: &CStr = c"3dostr,4xm,amv,anm,asf,asf_o,av1,avi,avr,avs,avs2,avs3,bethsoftvid,bfi,bink,c93,cavsvideo,\
cdg,cdxl,cine,dhav,dirac,dnxhd,dsicin,dv,dxa,ea,film_cpk,filmstrip,flic,flv,live_flv,gdv,gxf,h261,h263,h264,hevc,hnm,idcin,ifv,\
ingenient,ipmovie,ipu,iv8,ivf,ivr,jv,kux,lmlm4,luodat,lvf,lxf,m4v,matroska,webm,mgsts,mjpeg,mjpeg_2000,mm,mods,moflex,mov,mp4,m4a,\
3gp,3g2,mj2,mpeg,mpegts,mpegvideo,msnwctcp,mtv,mv,mvi,mxf,mxg,nc,nsv,nut,nuv,obu,ogg,paf,pmp,psxstr,pva,r3d,rl2,rm,roq,rpl,sdr2,\
sga,siff,smjpeg,smk,smush,swf,thp,tiertexseq,tmv,txd,ty,vc1,vc1test,vividas,vivo,vmd,wc3movie,wsvqa,wtv,wv,xmv,yop,yuv4mpegpipe";
