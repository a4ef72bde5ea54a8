// In place of reverse/pairs.wgsl and reverse/mobility.wgsl where no links touch each other.

const joint_inertia_bar = 0.0;

fn wake_pair_bars(shape: u32, state: u32) {}

fn rest_pair_bars(shape: u32, state: u32) {}

fn clear_pair_bars() {}

fn fade_pairs(share: f32) {}

fn recall_pairs() {}

fn reverse_pairs() {}

fn add_hinge_bar(to: Wrench) -> Wrench {
    return to;
}

fn drag_bar(i: u32) -> DragBar {
    return DragBar();
}
