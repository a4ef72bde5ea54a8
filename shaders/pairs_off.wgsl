// In place of pairs.wgsl where no links touch each other.

fn wake_shape(at: u32) {}

fn wake_pairs(at: u32) {}

fn put_pairs(to: u32) {}

fn find_pairs() -> bool {
    return false;
}

fn push_pairs() {}

fn eliminate_impulses() {}

fn take_offset() {}

fn touch_forces() -> vec2<f32> {
    return vec2<f32>(0.0);
}
