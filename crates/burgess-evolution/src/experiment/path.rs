//! Field paths such as `task.reward[1].weight`: what `--set` takes and what reports of problems give.
//!
//! The name of an enum variant may stand in a path (`terrain.Walls[0].height`) and may be left out where the next segment is a
//! field (`terrain.slope`). `Some(...)` is never written.

use super::syntax::{Kind, Node};

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Segment {
    /// `.name`
    Field(String),
    /// `[index]`
    Index(usize),
}

/// The segments of a path, or nothing if it is not written like one.
pub(super) fn parse(path: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    for part in path.split('.') {
        let (name, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name {
            return None;
        }
        segments.push(Segment::Field(name.to_owned()));
        for index in indices.split_terminator(']') {
            segments.push(Segment::Index(index.strip_prefix('[')?.parse().ok()?));
        }
        if !indices.is_empty() && !indices.ends_with(']') {
            return None;
        }
    }
    Some(segments)
}

/// The value one step further in; nothing if it is a field that the text leaves out.
///
/// # Errors
///
/// If there can be no such value, with the reason.
pub(super) fn step<'a>(node: &'a Node, segment: &Segment) -> Result<Option<&'a Node>, String> {
    let node = inside_some(node);
    match (&node.kind, segment) {
        (Kind::Struct { name, fields }, Segment::Field(field)) => {
            let found = fields.iter().find(|(key, _)| key == field).map(|(_, value)| value);
            Ok(found.or_else(|| (name.as_ref() == Some(field)).then_some(node)))
        }
        (Kind::Tuple { name: Some(name), items, .. }, Segment::Field(field)) if name == field && items.len() == 1 => {
            Ok(Some(&items[0]))
        }
        (Kind::Tuple { items, .. }, Segment::Field(_)) if items.is_empty() => Ok(None),
        (Kind::Tuple { items, .. } | Kind::List { items }, Segment::Index(index)) => match items.get(*index) {
            Some(item) => Ok(Some(item)),
            None => Err(format!("there is no [{index}]: the experiment has {} here", items_of(items.len()))),
        },
        (_, Segment::Field(field)) => Err(format!("there can be no `{field}`: the experiment has no fields here")),
        (_, Segment::Index(index)) => Err(format!("there can be no [{index}]: the experiment has no list here")),
    }
}

/// The value inside `Some(...)`, which users of a path need not know about.
pub(super) fn inside_some(node: &Node) -> &Node {
    match &node.kind {
        Kind::Tuple { name: Some(name), items, .. } if name == "Some" && items.len() == 1 => inside_some(&items[0]),
        _ => node,
    }
}

fn items_of(count: usize) -> String {
    match count {
        1 => "1 item".to_owned(),
        n => format!("{n} items"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::scan;
    use super::*;

    fn text_at<'a>(text: &'a str, path: &str) -> Result<Option<&'a str>, String> {
        let root = scan(text).expect("scans");
        let mut node = &root;
        for segment in parse(path).expect("a path") {
            match step(node, &segment)? {
                Some(inner) => node = inner,
                None => return Ok(None),
            }
        }
        Ok(Some(&text[node.span.clone()]))
    }

    #[test]
    fn paths_lead_to_values() {
        let text = "(a: Some(Walls([(h: 1), (h: 2)])), b: Cpg(f: (1, 2), s: Gene), c: (), d: Duty(3))";
        for (path, value) in [
            ("a.Walls[1].h", "2"),
            ("a[0][1].h", "2"),
            ("b.f[1]", "2"),
            ("b.Cpg.s", "Gene"),
            ("b.s", "Gene"),
            ("d.Duty", "3"),
            ("d[0]", "3"),
        ] {
            assert_eq!(text_at(text, path), Ok(Some(value)), "{path}");
        }
        assert_eq!(text_at(text, "c.x"), Ok(None));
        assert_eq!(text_at(text, "b.x"), Ok(None));
        assert_eq!(text_at(text, "e"), Ok(None));
        for path in ["b.f[2]", "b.s.x", "b.s[0]", "a.Walls.x"] {
            assert!(text_at(text, path).is_err(), "{path}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in ["", ".", "a.", ".a", "a[", "a[]", "a[x]", "a[1]b", "a]", "a b", "a[-1]", "[0]", "a[0]]"] {
            assert_eq!(parse(path), None, "{path:?}");
        }
    }
}
