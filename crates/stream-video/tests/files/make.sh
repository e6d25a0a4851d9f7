#!/bin/sh
# Makes the fixtures beside this script with FFmpeg 5.1 (libx264, libx265, libvpx, libtheora): a few KiB each.
# They are committed, so that the tests need no encoders. Run it in this folder to make them anew.
set -eu

run() { ffmpeg -hide_banner -loglevel error -y -bitexact "$@"; }
pictures="-f lavfi -i testsrc2=size=64x48:rate=25:duration=0.8"
sound="-f lavfi -i sine=frequency=440:sample_rate=8000:duration=0.8"
exact="-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -threads 1"

# chapters, tags
cat >meta.txt <<'META'
;FFMETADATA1
title=Four colours
artist=Nobody
[CHAPTER]
TIMEBASE=1/1000
START=0
END=400
title=First half
[CHAPTER]
TIMEBASE=1/1000
START=400
END=800
title=Second half
META

# B-frames: composition offsets and an edit list; groups of six
run $pictures $sound -i meta.txt -map_metadata 2 -map_chapters 2 -map 0 -map 1 $exact -c:v libx264 -preset veryfast -g 6 -bf 2 \
  -x264-params scenecut=0 -crf 35 -pix_fmt yuv420p -c:a aac -b:a 16k -metadata:s:a:0 language=deu b-frames.mp4
# the same packets in fragments
run -i b-frames.mp4 -c copy $exact -movflags +frag_keyframe+empty_moov+default_base_moof fragments.mp4
# turned, with a cover
run -f lavfi -i color=c=red:size=16x16:duration=0.04 -frames:v 1 cover.png
run -i b-frames.mp4 -i cover.png -map 0:v -map 1 -c copy -disposition:v:1 attached_pic $exact turned-plain.mp4
run -display_rotation 90 -i turned-plain.mp4 -map 0 -c copy $exact turned.mp4 2>/dev/null ||
  run -i turned-plain.mp4 -map 0 -c copy -metadata:s:v:0 rotate=90 $exact turned.mp4
# cut at a time that no key frame has: frames before it are decoded and not shown
run -ss 0.1 -i b-frames.mp4 -map 0:v -c copy $exact edit-list.mp4
# HDR
run $pictures -map 0 -frames:v 3 $exact -c:v libx265 -preset veryfast -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 \
  -colorspace bt2020nc -x265-params \
  "log-level=none:info=0:hdr10=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400" \
  -tag:v hvc1 hdr.mp4
# an attached file
run $pictures $sound -i meta.txt -map_metadata 2 -map_chapters 2 -map 0 -map 1 $exact -c:v libvpx-vp9 -g 6 -crf 50 -b:v 0 -c:a libvorbis \
  -attach meta.txt -metadata:s:t mimetype=text/plain vp9.mkv
run $pictures $sound -map 0 -map 1 $exact -c:v mpeg4 -g 6 -bf 0 -q:v 20 -c:a pcm_u8 mpeg4.avi
run $pictures $sound -map 0 -map 1 $exact -c:v mpeg2video -g 6 -bf 2 -q:v 20 -c:a mp2 -b:a 32k -ar 16000 mpeg2.ts
run $pictures -map 0 $exact -c:v mpeg1video -g 6 -bf 0 -q:v 20 mpeg1.mpg
run $pictures -map 0 $exact -c:v flv1 -g 6 -q:v 20 flv1.flv
run $pictures -map 0 $exact -c:v libtheora -g 6 -q:v 1 theora.ogv
# frames of two lengths
run -f lavfi -i testsrc2=size=32x32:rate=25:duration=0.4 -vf "setpts=if(lt(N\,5)\,N\,3*N-10)/25/TB" -vsync vfr $exact -c:v mpeg4 -g 4 -q:v 20 variable.mkv
rm -f meta.txt cover.png turned-plain.mp4
