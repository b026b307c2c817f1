//! The figures with a limit as bars: the share of the limit that each reaches, with the target.

use std::path::Path;

use plotters::prelude::*;

use crate::figure::Figure;
use crate::hold::Hold;

const WIDTH: u32 = 1000;
const ROW: u32 = 26;
const OURS: RGBColor = RGBColor(38, 115, 77);
const MISSED: RGBColor = RGBColor(192, 57, 43);

/// Draws the comparisons whose ratio should be near one or above, one bar each.
pub(crate) fn write(path: &Path, figures: &[Figure]) {
    let shown: Vec<(&Figure, f64)> = figures
        .iter()
        .filter(|figure| figure.against != "one upsert an event" && figure.part != "reads")
        .filter_map(|figure| Some((figure, figure.ratio?)))
        .collect();
    if shown.is_empty() {
        return;
    }
    let widest = shown.iter().map(|(_, ratio)| *ratio).fold(1.0, f64::max);
    let rows = u32::try_from(shown.len()).unwrap();
    let area = SVGBackend::new(path, (WIDTH, 60 + ROW * rows)).into_drawing_area();
    area.fill(&WHITE).unwrap();
    let mut chart = ChartBuilder::on(&area)
        .caption("ours by limit, measured in turns; black: to hold", ("sans-serif", 18))
        .margin(10)
        .x_label_area_size(20)
        .build_cartesian_2d(-widest..widest * 1.1, 0.0..f64::from(rows))
        .unwrap();
    for (row, (figure, ratio)) in shown.iter().rev().enumerate() {
        let bottom = f64::from(u32::try_from(row).unwrap());
        let colour = if figure.held() == Some(false) { MISSED } else { OURS };
        let bar = Rectangle::new([(0.0, bottom + 0.15), (*ratio, bottom + 0.85)], colour.filled());
        let value = Text::new(format!("{ratio:.2}"), (*ratio + widest * 0.01, bottom + 0.75), ("sans-serif", 13));
        let label = format!("{}: {} / {}", figure.part, figure.case, figure.against);
        let label = Text::new(label, (-widest, bottom + 0.75), ("sans-serif", 13));
        chart.draw_series([bar]).unwrap();
        chart.draw_series([value, label]).unwrap();
        if let Some(Hold::AtLeast(bound) | Hold::AtMost(bound)) = figure.hold {
            let mark = PathElement::new(vec![(bound, bottom + 0.05), (bound, bottom + 0.95)], BLACK.stroke_width(2));
            chart.draw_series([mark]).unwrap();
        }
    }
    area.present().unwrap();
}
