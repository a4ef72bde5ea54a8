//! Lines of any kind, in frames side by side.

/// A line of a [`LinesView`].
#[derive(Clone, Debug)]
pub struct LineView {
    /// What the legend says.
    pub name: String,
    /// Points in order of x. Points that are not finite break the line.
    pub points: Vec<(f64, f64)>,
    /// Index of the colour in the palette; indices beyond its end start again from its beginning.
    pub colour: usize,
    /// Whether the line is dashed.
    pub dashed: bool,
}

/// One frame of a [`LinesView`].
#[derive(Clone, Debug)]
pub struct PanelView {
    /// Name of the y axis, with unit.
    pub name: &'static str,
    /// Whether the y axis includes zero.
    pub from_zero: bool,
    /// The lines. Later ones are drawn over earlier ones.
    pub lines: Vec<LineView>,
}

/// Lines in frames side by side. The x axis of every frame begins at zero.
#[derive(Clone, Debug)]
pub struct LinesView {
    /// First line of the heading.
    pub title: String,
    /// Second line of the heading; empty for none.
    pub second: String,
    /// Name of the x axis, with unit.
    pub x_name: &'static str,
    /// At least one frame. All frames have the same lines as the first one, whose names and colours make the legend.
    pub panels: Vec<PanelView>,
}
