//! How a body is stored: genes that only some bodies have stand with how the base is held, so that all others have the bytes and the text that
//! they had before there were any.

use super::{Body, GeneId, JointGene, LinkGene};
use burgess_physics::model::BaseKind;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How the base is held, and the gears of the joints if they have any.
#[derive(Serialize, Deserialize)]
enum Base<T> {
    Floating,
    Welded,
    GearedFloating(Vec<Option<T>>),
    GearedWelded(Vec<Option<T>>),
}

#[derive(Serialize)]
#[serde(rename = "Body")]
struct Written<'a, T> {
    base: Base<&'a T>,
    root: GeneId,
    links: &'a [LinkGene<T>],
    joints: &'a [JointGene<T>],
}

#[derive(Deserialize)]
#[serde(rename = "Body")]
struct Read<T> {
    base: Base<T>,
    root: GeneId,
    links: Vec<LinkGene<T>>,
    joints: Vec<JointGene<T>>,
}

impl<T: Serialize> Serialize for Body<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { base, root, links, joints } = self;
        let gears = || joints.iter().map(|joint| joint.log_gear.as_ref()).collect();
        let base = match (base, joints.iter().any(|joint| joint.log_gear.is_some())) {
            (BaseKind::Floating, false) => Base::Floating,
            (BaseKind::Welded, false) => Base::Welded,
            (BaseKind::Floating, true) => Base::GearedFloating(gears()),
            (BaseKind::Welded, true) => Base::GearedWelded(gears()),
        };
        Written { base, root: *root, links, joints }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Body<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { base, root, links, mut joints } = Read::deserialize(deserializer)?;
        let (base, gears) = match base {
            Base::Floating => (BaseKind::Floating, None),
            Base::Welded => (BaseKind::Welded, None),
            Base::GearedFloating(gears) => (BaseKind::Floating, Some(gears)),
            Base::GearedWelded(gears) => (BaseKind::Welded, Some(gears)),
        };
        if let Some(gears) = gears {
            if gears.len() != joints.len() {
                return Err(D::Error::custom(format_args!("{} gears for {} joints", gears.len(), joints.len())));
            }
            joints.iter_mut().zip(gears).for_each(|(joint, gear)| joint.log_gear = gear);
        }
        Ok(Self { base, root, links, joints })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::morphology;
    use burgess_physics::world::Physics;
    use std::path::Path;

    /// Bodies without gears have the bytes and the text that they had before there were any, so that old runs can be read and have their hashes.
    #[test]
    fn bodies_are_stored_as_ever_with_gears_beside_them() {
        let physics = Physics { no_load_speed: Some(12.0), ..Physics::default() };
        for name in morphology::names() {
            let plain = morphology::load(name, Path::new(".")).unwrap();
            let before = postcard::to_stdvec(&(plain.base, plain.root, &plain.links, &plain.joints)).unwrap();
            assert_eq!(postcard::to_stdvec(&plain).unwrap(), before);
            assert_eq!(postcard::from_bytes::<Body>(&before).unwrap(), plain);
            assert!(!ron::to_string(&plain).unwrap().to_lowercase().contains("gear"));
            let mut geared = plain.clone().fitted(&physics);
            geared.joints[0].log_gear = Some(-0.3);
            for body in [plain, geared] {
                let bytes = postcard::to_stdvec(&body).unwrap();
                assert_eq!(postcard::from_bytes::<Body>(&bytes).unwrap(), body);
                assert!(postcard::from_bytes::<Body>(&bytes[..bytes.len() - 1]).is_err());
                assert_eq!(ron::from_str::<Body>(&ron::to_string(&body).unwrap()).unwrap(), body);
            }
        }
    }

    #[test]
    fn there_is_a_gear_for_each_joint() {
        let physics = Physics { no_load_speed: Some(12.0), ..Physics::default() };
        let body = morphology::load("tripod", Path::new(".")).unwrap().fitted(&physics);
        let text = ron::to_string(&body).unwrap().replace("[Some(0.0),", "[");
        let message = ron::from_str::<Body>(&text).unwrap_err().to_string();
        assert!(message.contains("1 gears for 2 joints"), "{message}");
    }
}
