//! Small files that together use everything the standard has.
#![allow(dead_code)] // each test binary uses its part

/// Every kind of block and setting.
pub(crate) const RICH: &str = "WEBVTT with text\nKind: captions\nX-TIMESTAMP-MAP=LOCAL:00:00:01.000,MPEGTS:900000\n\n\
STYLE\n::cue(v) { color: yellow }\n::cue { color: white }\n\n\
REGION\nid:fred width:40%\nlines:3 regionanchor:0%,100% viewportanchor:10%,90% scroll:up\n\n\
NOTE\nA comment\nof two lines\n\n\
intro\n00:00:01.000 --> 00:00:02.500 region:fred align:left\n<v Fred>Hello, <b.loud>world</b></v>\n\n\
NOTE one line\n\n\
00:02.500 --> 00:04.000 vertical:rl line:10%,end position:20%,line-right size:50%\nfirst &amp; second\nline <00:00:03.000>later\n\n\
3\n100:00:00.000 --> 100:00:01.000\n<lang de>über</lang> <ruby>漢<rt>kan</rt></ruby>\n";

/// Terminators of all kinds, and what has to be decoded.
pub(crate) const RAW: &[u8] = b"\xef\xbb\xbfWEBVTT\r\n\r\nNOTE \xff\r\nx\r\n\r\na\0b\r00:01.000 --> 00:02.000\rone\r\ntwo\nthree \xe2\x82\n\n\
00:02.000 --> 00:03.000\n\xf0\x9f\x98\x80\n";

/// SubRip as it is written.
pub(crate) const SUBRIP: &str = "1\n00:00:01,000 --> 00:00:02,500\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>World</i>\nagain\n\n";

/// A file that the rules survive with losses everywhere.
pub(crate) const BROKEN: &str = "WEBVTT\nno: blank\nx --> y\nlost\n\nSTYLE\n\nREGION\nid: x width:200% q\n\n\
00:01.000 --> 00:00.500 line:x align: start region:nobody\n<b><i>a</b></x> &foo <12>\n00:03.000-->00:04.000size:5%\ntext\n\n\
STYLE\nlate\n\nREGION\nid:late\n\nstray\nlines\n\n00:61.000 --> 00:62.000\nlost\n\n0:00:00.000 --> 99999999999999999999:00:00.000\nlast";
