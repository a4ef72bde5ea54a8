// The hinge: the reverse of assemble_joints and of the servo's measured power. Twin of crates/burgess-physics/src/step/reverse/joint.rs.

// The bars of the hinge's state become those before the step; that of the servo target is that of the target after the slew.
fn reverse_joints() {
    if !is_joint {
        return;
    }
    let pushed = world.dt * free_rate;
    let diagonal = world.dt * joint_inertia_bar;
    let dragged = diagonal - pushed * rate_after;
    let spent = power_bar * power_sign() * rate_after;
    let from_servo = reverse_servo(ServoTorque(pushed + spent, dragged - spent * rate_after));
    let from_limit = limit_torque_reverse(
        world.dt, lower, upper, limit_stiffness, world.limit_damping, world.limit_width, angle, rate,
        LimitTorque(pushed, dragged, limit_use_bar),
    );
    kp_bar += from_servo.kp;
    kd_bar += from_servo.kd;
    torque_limit_bar += from_servo.torque_limit;
    if has_no_load_speed() {
        no_load_speed_bar += from_servo.no_load_speed;
    }
    lower_bar += from_limit.lower;
    upper_bar += from_limit.upper;
    limit_stiffness_bar += from_limit.stiffness;
    armature_bar += free_rate * (rate - rate_after) + joint_inertia_bar;
    damping_bar += dragged;
    target_bar += from_servo.target_angle;
    angle_bar += from_servo.angle + from_limit.angle;
    rate_bar = from_servo.rate + from_limit.rate + free_rate * armature;
}

// Through the law of the servo; without a no-load speed there is no bar of it.
fn reverse_servo(bar: ServoTorque) -> ServoLineTorqueGradient {
    if has_no_load_speed() {
        return servo_line_torque_reverse(
            world.dt, kp, kd, torque_limit, no_load_speed, target_angle, angle, rate, bar,
        );
    }
    let plain = servo_torque_reverse(world.dt, kp, kd, torque_limit, target_angle, angle, rate, bar);
    return ServoLineTorqueGradient(
        plain.kp, plain.kd, plain.torque_limit, 0.0, plain.target_angle, plain.angle, plain.rate,
    );
}
