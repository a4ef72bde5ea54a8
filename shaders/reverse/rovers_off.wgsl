// In place of reverse/rovers.wgsl where no whole shapes touch the ground.

fn reverse_rovers() {}
