//! The features of a recorded frame, in their order.

use crate::experience::{Group, Layout, Role};
use crate::laws::sensors::QUADRANTS;

/// Where groups of features begin in a frame: those of [`recorded_layout`].
pub const VELOCITY: usize = 3;
/// Angular velocity.
pub const SPIN: usize = VELOCITY + 3;
/// Height of the base.
pub const HEIGHT: usize = SPIN + 3;
/// By quadrant, and of the base.
pub const CONTACT: usize = HEIGHT + 1;
/// Joint angles by quadrant.
pub const ANGLES: usize = CONTACT + QUADRANTS + 1;
/// Joint speeds by quadrant.
pub const SPEEDS: usize = ANGLES + QUADRANTS;
/// Power.
pub const POWER: usize = SPEEDS + QUADRANTS;
/// Servo targets by quadrant.
pub const TARGETS: usize = POWER + 1;
/// Mean square rate of the targets.
pub const TARGET_SPEED: usize = TARGETS + QUADRANTS;
/// Features of a frame.
pub const FEATURES: usize = TARGET_SPEED + 1;

/// The features of a frame, recorded so many times a second.
///
/// | group | | unit |
/// |---|---|---|
/// | up | the base's z axis: forward, left, up | |
/// | velocity | of the base: forward, left, up | m/s |
/// | angular velocity | of the base: about forward, left, up | rad/s |
/// | height | of the base above the ground straight below | m |
/// | contact | f / (f + weight) of the normal force f on the links of each quadrant (front left, front right, rear left, rear right), and on the base | |
/// | joint angles | mean over the joints of each quadrant | rad |
/// | joint speeds | mean of the rates' sizes over the joints of each quadrant | rad/s |
/// | power | of the servos, per mass | W/kg |
/// | targets | of the servos: mean over the joints of each quadrant | rad |
/// | target speed | mean square over joints of the rate of the servo targets | rad2/s2 |
///
/// Targets are commanded, all else is observed. A quadrant without joints has zeros.
///
/// # Panics
///
/// When the rate is not positive and finite.
pub fn recorded_layout(rate: f64) -> Layout {
    let group = |(name, width, role): (&str, usize, Role)| Group { name: name.to_owned(), width, role };
    let groups = [
        ("up", 3, Role::Observed),
        ("velocity", 3, Role::Observed),
        ("angular velocity", 3, Role::Observed),
        ("height", 1, Role::Observed),
        ("contact", QUADRANTS + 1, Role::Observed),
        ("joint angles", QUADRANTS, Role::Observed),
        ("joint speeds", QUADRANTS, Role::Observed),
        ("power", 1, Role::Observed),
        ("targets", QUADRANTS, Role::Commanded),
        ("target speed", 1, Role::Commanded),
    ];
    Layout::new(rate, groups.map(group).into()).expect("the groups make a layout at any rate")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_has_all_features() {
        assert_eq!(recorded_layout(5.0).width(), FEATURES);
        assert_eq!(recorded_layout(5.0).columns(Role::Commanded), [24, 25, 26, 27, 28]);
    }
}
