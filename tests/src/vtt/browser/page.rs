//! Runs what a web-platform-test asserts, in its two forms: `.test` and a page of HTML.
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use super::{Count, Load, Verdict, asserts, cues, scope};
use crate::js::{Scope, Value, call, get, native, object, run};
use crate::vtt::Track;

/// Runs a `.test` file over the track of its WebVTT file: a title, links, then assertions over
/// `cues`, then `===` and the WebVTT file. Gives how many assertions held.
///
/// # Errors
/// The first assertion that does not hold.
pub fn assertions(text: &str, track: &Track) -> Result<usize, String> {
    let count = Count::default();
    let head = text.split("\n===\n").next().unwrap_or_default();
    // the first line is the title, those that begin with `<` are links
    let plain = |(number, line): (usize, &'_ str)| number == 0 || line.starts_with('<');
    let code: Vec<&str> =
        head.lines().enumerate().map(|line| if plain(line) { "" } else { line.1 }).collect();
    let scope = scope(&count);
    scope.set("cues", cues(track));
    run(&code.join("\n"), &scope)?;
    let held = *count.borrow();
    Ok(held)
}

/// Runs a page that loads tracks itself.
///
/// # Errors
/// The first assertion that does not hold, or a track that cannot be read.
pub fn page(text: &str, load: &Load) -> Result<Verdict, String> {
    let count = Count::default();
    let scope = scope(&count);
    let absent: Rc<RefCell<Vec<String>>> = Rc::default();
    let notes = Rc::clone(&absent);
    let load = Rc::clone(load);
    let find: Element = Rc::new(move |source| {
        let track = load(Path::new(source))?;
        if track.is_none() {
            notes.borrow_mut().push(source.to_owned());
        }
        Ok(element(track.as_ref()))
    });
    let sources = text.split("<track src=\"").skip(1);
    let mut tracks = Vec::new();
    for source in sources {
        tracks.push(find(source.split('"').next().unwrap_or_default())?);
    }
    install(&scope, &tracks, &find);
    let ran = scripts(text, &scope, &tracks).and_then(|()| generated(&scope, text, &find));
    let absent = absent.borrow().clone();
    match ran {
        // what is asked of an absent file ends the page, which asks it last
        Err(why) if why.contains("null has no property") && !absent.is_empty() => {}
        other => other?,
    }
    let held = *count.borrow();
    Ok(Verdict { held, absent })
}

/// What makes a `<track>` of a file's name.
type Element = Rc<dyn Fn(&str) -> Result<Value, String>>;

/// Runs the page's scripts, then what they do once each track is loaded.
fn scripts(text: &str, scope: &Scope, tracks: &[Value]) -> Result<(), String> {
    for part in text.split("<script>").skip(1) {
        run(part.split("</script>").next().unwrap_or_default(), scope)?;
    }
    for track in tracks {
        let loaded = get(track, &Value::text("onload"))?;
        call(&loaded, track, &[object([("target", track.clone())])])?;
    }
    Ok(())
}

/// A `<track>` element, which is also its own text track; one that is absent has no cues.
fn element(track: Option<&Track>) -> Value {
    let cues = track.map_or(Value::Null, cues);
    let made = object([("cues", cues), ("onload", Value::Null)]);
    if let Value::Object(map) = &made {
        let own = Value::Object(Rc::clone(map));
        map.borrow_mut().insert("track".into(), own);
    }
    made
}

fn install(scope: &Scope, tracks: &[Value], find: &Element) {
    let list = Value::array(tracks.to_vec());
    let video = object([("textTracks", list.clone())]);
    let first = tracks.first().cloned().unwrap_or(Value::Null);
    let one = native(move |name| match name.first() {
        Some(Value::Text(name)) if &**name == "video" => Ok(video.clone()),
        _ => Ok(first.clone()),
    });
    let all = native(move |_| Ok(list.clone()));
    scope.set("document", object([("querySelector", one), ("querySelectorAll", all)]));
    scope.set("enableAllTextTracks", native(|_| Ok(Value::Undefined)));
    scope.set(
        "async_test",
        native(|arguments| {
            let test = asserts::steps();
            if let Some(body @ (Value::Closure(_) | Value::Native(_))) = arguments.first() {
                call(body, &Value::Undefined, std::slice::from_ref(&test))?;
            }
            Ok(test)
        }),
    );
    let find = Rc::clone(find);
    scope.set(
        "check_cues_from_track",
        native(move |arguments| {
            let [Value::Text(source), body] = arguments else {
                return Err("a source and a function".into());
            };
            let named = |why| format!("{source}: {why}");
            let track = find(source)?;
            call(body, &Value::Undefined, &[track]).map_err(named)
        }),
    );
}

/// The pages that are generated from `.test` files make their elements by script: only what they do
/// once loaded is called, with the track that they name.
fn generated(scope: &Scope, text: &str, find: &Element) -> Result<(), String> {
    let Some((_, rest)) = text.split_once("track.src = '") else { return Ok(()) };
    let source = rest.split('\'').next().unwrap_or_default();
    let track = find(source)?;
    let video = object([("textTracks", Value::array(vec![track]))]);
    let target = object([("parentNode", video)]);
    let loaded = scope.find("trackLoaded")?;
    call(&loaded, &asserts::steps(), &[object([("target", target)])]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vtt::{Cue, Node};

    fn track() -> Track {
        let text = |text: &str| Node::Text(text.into());
        let bold = Node::Element {
            name: "b".into(),
            classes: "x".into(),
            title: String::new(),
            lang: String::new(),
            children: vec![text("b")],
        };
        let cue =
            Cue { id: "1".into(), line: Some(5.0), tree: vec![text("a"), bold], ..Cue::default() };
        Track { cues: vec![cue], regions: Vec::new() }
    }

    #[test]
    fn a_test_file_that_holds_is_counted_and_one_that_does_not_says_where() {
        let head = "title\n<link rel=help>\n\nassert_equals(cues.length, 1);\n";
        let good = format!("{head}assert_equals(cues[0].line, 5);\n===\nWEBVTT");
        assert_eq!(assertions(&good, &track()), Ok(2));
        let bad = format!("{head}assert_equals(cues[0].line, 'auto');\n===\nWEBVTT");
        assert_eq!(
            assertions(&bad, &track()).unwrap_err(),
            "line 5: assert_equals[5, \"auto\"] does not hold"
        );
    }

    #[test]
    fn a_page_loads_its_tracks_and_compares_trees() {
        let load: Load = Rc::new(|_| Ok(Some(track())));
        let tree = "[{type: 'text', value: 'a'}, {type: 'b', className: 'x', value: [{type: 'text', value: 'b'}]}]";
        let page_of = |tree: &str| {
            format!(
                "<script>check_cues_from_track('a.vtt', function(track) {{
                    assert_cues_match(track.cues, [{{id: '1'}}]);
                    assert_cue_fragment(track.cues[0], {tree});
                    assert_cue_fragment_as_textcontent(track.cues[0], [{{type: 'text', value: 'ab'}}]);
                }});</script>"
            )
        };
        assert_eq!(page(&page_of(tree), &load).unwrap().held, 3);
        assert!(page(&page_of("[{type: 'text', value: 'ab'}]"), &load).is_err());
    }

    #[test]
    fn a_page_with_track_elements_runs_what_it_does_once_loaded() {
        let load: Load = Rc::new(|_| Ok(Some(track())));
        let text = "<video><track src=\"a.vtt\"><track src=\"b.vtt\"></video><script>
            async_test(function(t) {
                var video = document.querySelector('video');
                var elements = document.querySelectorAll('track');
                for (var i = 0; i < video.textTracks.length; i++)
                    elements[i].onload = t.step_func(loaded);
                var count = 0;
                function loaded() {
                    count++;
                    if (count != 2) return;
                    assert_equals(video.textTracks[1].cues[0].id, '1');
                    t.done();
                }
            });</script>";
        assert_eq!(page(text, &load).unwrap().held, 1);
        let none: Load = Rc::new(|_| Ok(None));
        let verdict = page(text, &none).unwrap();
        assert_eq!((verdict.held, verdict.absent.len()), (0, 2));
    }
}
