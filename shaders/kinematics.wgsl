// Down the tree: where the links are and how they move. Twin of crates/burgess-physics/src/step/kinematics.rs.

// Orientation, position, spatial axis and twist of every link, about the base origin.
fn kinematics() {
    let hinge = about_axis(joint_axis, angle);
    if is_root() {
        link_orientation = orientation;
        origin = vec3<f32>(0.0);
        axis = Twist(vec3<f32>(0.0), vec3<f32>(0.0));
        twist = Twist(vec3<f32>(0.0), vec3<f32>(0.0));
        if floating {
            twist = Twist(rotate(orientation, spin), velocity);
        }
        post_pose();
    }
    workgroupBarrier();
    for (var level = 1u; level <= block_depth; level++) {
        if depth == level {
            let above = posted(0u, parent);
            let above_angular = posted(1u, parent);
            let above_linear = posted(2u, parent);
            let above_origin = vec3<f32>(above_angular.w, above_linear.w, posted(3u, parent).x);
            link_orientation = product(above, hinge);
            origin = above_origin + rotate(above, joint_position);
            let direction = rotate(above, joint_axis);
            axis = Twist(direction, cross(origin, direction));
            twist = Twist(above_angular.xyz + axis.angular * rate, above_linear.xyz + axis.linear * rate);
            post_pose();
        }
        workgroupBarrier();
    }
    position = posted(3u, base).yzw;
    take_offset();
    link_rotation = rotation_matrix(link_orientation);
    com = origin + link_rotation * link_com;
}

fn post_pose() {
    post(0u, link_orientation);
    post(1u, vec4<f32>(twist.angular, origin.x));
    post(2u, vec4<f32>(twist.linear, origin.y));
    post(3u, vec4<f32>(origin.z, position));
}
