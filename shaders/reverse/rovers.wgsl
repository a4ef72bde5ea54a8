// Contact points that rove: the reverse of where they are and of how much they act. Twin of crates/burgess-physics/src/step/reverse/rovers.rs.

// Bars of the core.
var<private> core_corner_bar: vec3<f32>;
var<private> core_edges_bar: mat3x3<f32>;
var<private> core_gap_bars: array<f32, 8>;
var<private> core_radius_bar: f32;
// Of where each rover is on it.
var<private> share_bars: array<vec3<f32>, MOST_ROVERS>;

// The bar of a place of the core, from that of the point there.
fn core_at_reverse(share: vec3<f32>, bar: vec3<f32>) -> vec3<f32> {
    core_corner_bar += bar;
    core_edges_bar += mat3x3<f32>(bar * share.x, bar * share.y, bar * share.z);
    return bar * core.edges;
}

// The bar of a point, from that of the share of the core that is nearest to it.
fn core_nearest_reverse(x: vec3<f32>, share: vec3<f32>, bar: vec3<f32>) -> vec3<f32> {
    // At an end it stays there.
    let inside = (share > vec3<f32>(0.0)) & (share < vec3<f32>(1.0));
    let along = select(vec3<f32>(0.0), bar / core.squares, inside);
    let x_bar = core.edges * along;
    let away = x - core.corner;
    core_edges_bar += mat3x3<f32>(
        (away - core.edges[0] * (2.0 * share.x)) * along.x,
        (away - core.edges[1] * (2.0 * share.y)) * along.y,
        (away - core.edges[2] * (2.0 * share.z)) * along.z,
    );
    core_corner_bar -= x_bar;
    return x_bar;
}

// The bar of a place of the core, and behind it that of its gap, from that of its excess.
fn core_excess_reverse(share: vec3<f32>, excess: f32, bar: f32) -> vec4<f32> {
    let nearer = bar / (contact_width * ROVER_ONSET);
    contact_width_bar -= bar * (excess + ROVER_FLOOR) / contact_width;
    var share_bar = vec3<f32>(0.0);
    for (var corner = 0u; corner < core.corners; corner++) {
        core_gap_bars[corner] += nearer * corner_share(share, corner);
        // A corner's share grows or shrinks with the place along an axis in proportion to what it has across that axis.
        let by = 2.0 * nearer * contacts[corner].gap;
        share_bar.x += select(-by, by, (corner & 1u) != 0u) * corner_share(vec3<f32>(0.5, share.yz), corner);
        if core.corners == 8u {
            share_bar.y += select(-by, by, (corner & 2u) != 0u) * corner_share(vec3<f32>(share.x, 0.5, share.z), corner);
            share_bar.z += select(-by, by, (corner & 4u) != 0u) * corner_share(vec3<f32>(share.xy, 0.5), corner);
        }
    }
    return vec4<f32>(share_bar, -nearer);
}

fn reverse_rovers() {
    let corners = corner_count();
    if corners == contact_count {
        return;
    }
    find_core();
    core_corner_bar = vec3<f32>(0.0);
    core_edges_bar = mat3x3<f32>();
    core_gap_bars = array<f32, 8>();
    core_radius_bar = 0.0;
    let count = contact_count - corners;
    var any_acts = false;
    for (var number = 0u; number < count; number++) {
        let i = corners + number;
        let roving = rovers[number];
        share_bars[number] = vec3<f32>(0.0);
        if roving.strength > 0.0 {
            any_acts = true;
            let says = reverse_contact(i, contact_stiffness * roving.strength);
            contact_stiffness_bar += says.stiffness * roving.strength;
            // How much it acts.
            let strength_bar = says.stiffness * contact_stiffness;
            let of_excess = core_excess_reverse(roving.share, roving.excess, strength_bar * smooth_slope(roving.excess));
            // Where it is.
            let gap_bar = says.gap + of_excess.w;
            let ground_bar = terrain_distance_reverse(position + core_at(roving.share), Distance(gap_bar, says.normal));
            place_bar += ground_bar;
            core_radius_bar -= dot(contacts[i].normal, says.point) + gap_bar;
            share_bars[number] = of_excess.xyz + core_at_reverse(roving.share, says.point + ground_bar);
        } else {
            force_bars[i] = 0.0;
            free_gain_bars[i] = vec3<f32>(0.0);
        }
    }
    if !any_acts {
        return;
    }
    // What led there.
    for (var i = 0u; i < look_count(); i++) {
        let look = look_at(i);
        if look.counts {
            reverse_look(look, count);
        }
    }
    // Through what the shape's own points say of planes, and the corners.
    for (var corner = 0u; corner < corners; corner++) {
        let ground_bar = terrain_distance_reverse(
            position + corner_place(corner), Distance(core_gap_bars[corner], vec3<f32>(0.0)),
        );
        place_bar += ground_bar;
        var bar = ground_bar;
        if corner == 0u {
            bar += core_corner_bar - core_edges_bar[0] - core_edges_bar[1] - core_edges_bar[2];
        }
        bar += select(vec3<f32>(0.0), core_edges_bar[0], corner == 1u);
        bar += select(vec3<f32>(0.0), core_edges_bar[1], corner == 2u);
        bar += select(vec3<f32>(0.0), core_edges_bar[2], corner == 4u);
        add_corner_bar(corner, bar, -core_gap_bars[corner]);
    }
    contact_bars[corners] += vec4<f32>(0.0, 0.0, 0.0, core_radius_bar);
}

fn reverse_look(look: Look, count: u32) {
    var found_bar = vec3<f32>(0.0);
    var distance_bar = 0.0;
    var weight_bar = 0.0;
    for (var number = 0u; number < count; number++) {
        let roving = rovers[number];
        if roving.strength > 0.0 {
            let nearness = exp(max(roving.least - look_cost(look, number), -80.0)) / roving.weight;
            let part = nearness * look.weight;
            // The mean goes where the look has led to, and towards it when the look counts more.
            let towards = dot(look.found - roving.share, share_bars[number]);
            weight_bar += nearness * towards;
            let cost_bar = -(part * towards);
            let of_distance = cost_bar / (contact_width * ROVER_SHARPNESS);
            distance_bar += of_distance;
            contact_width_bar -= of_distance * look.nearest_distance / contact_width;
            found_bar += share_bars[number] * part - rover_sides(number) * (2.0 * ROVER_PULL * cost_bar);
        }
    }
    // From the second point of the ground to the first.
    let excess_bar = weight_bar * (1.0 - smooth_step(look.beyond)) * smooth_slope(look.excess);
    let of_excess = core_excess_reverse(look.nearest, look.excess, excess_bar);
    distance_bar += of_excess.w;
    core_radius_bar -= of_excess.w;
    let x = core_at(look.nearest);
    let second_bar = core_nearest_reverse(x - look.nearest_normal * look.nearest_distance, look.found, found_bar);
    let second = terrain_distance_reverse(
        position + x, Distance(distance_bar - dot(look.nearest_normal, second_bar), second_bar * -look.nearest_distance),
    );
    let nearest_bar = of_excess.xyz + core_at_reverse(look.nearest, second_bar + second);
    // From there to where it began.
    let start = core_at(look.from_share);
    let first_bar = core_nearest_reverse(start - look.normal * look.distance, look.nearest, nearest_bar);
    let beyond_bar = -(weight_bar * smooth_step(look.excess) * smooth_slope(look.beyond)) / (core.cell_size + contact_width * ROVER_TAIL);
    core_radius_bar -= beyond_bar;
    contact_width_bar -= beyond_bar * look.beyond * ROVER_TAIL;
    let cell_bar = -(beyond_bar * (1.0 + look.beyond));
    let squares = 4.0 * core.cell_size * core.cell_size * f32(core.cells * core.cells);
    core_edges_bar += core.edges * (cell_bar * core.cell_size / squares);
    let first = terrain_distance_reverse(
        position + start, Distance(beyond_bar - dot(look.normal, first_bar), first_bar * -look.distance),
    );
    _ = core_at_reverse(look.from_share, first_bar + first);
    place_bar += first + second;
}
