//! A plot for each thing that was measured: how many of all times were below how much, one line a system.

use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::*;

use super::{
    Findings,
    measure::{System, What},
};
use crate::spread::Spread;

const SIZE: (u32, u32) = (640, 400);
/// Points of a line.
const POINTS: u32 = 100;

/// The name of the file for one thing.
pub(super) fn name(what: What) -> String {
    let words = what.to_string().to_lowercase();
    let name: String = words.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    format!("coordination-{}.svg", parts.join("-"))
}

/// Writes all plots.
///
/// # Errors
/// When one cannot be written.
pub(super) fn draw(folder: &Path, found: &Findings) -> anyhow::Result<()> {
    for what in found.things() {
        let path = folder.join(name(what));
        let systems = System::ALL.into_iter().filter_map(|system| Some((system, found.figure(system, what)?)));
        let line = |share: u32, figure: &super::Figure| {
            let share = f64::from(share) / f64::from(POINTS);
            figure.at(share).map(|seconds| (share * 100.0, 1e3 * seconds))
        };
        let lines: Vec<(System, Vec<(f64, f64)>)> = systems
            .map(|(system, figure)| (system, (0..=POINTS).filter_map(|share| line(share, figure)).collect()))
            .collect();
        plot(&path, &what.to_string(), &lines).map_err(|why| anyhow!("{}: {why}", path.display()))?;
    }
    Ok(())
}

fn plot(path: &Path, title: &str, lines: &[(System, Vec<(f64, f64)>)]) -> Result<(), Box<dyn std::error::Error>> {
    let values = lines.iter().flat_map(|(_, points)| points).map(|(_, millis)| *millis).filter(|value| *value > 0.0);
    let Some(values) = Spread::of(values) else { return Ok(()) };
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..100.0, (values.min / 1.5..values.max * 1.5).log_scale())?;
    chart.configure_mesh().x_desc("% of all times").y_desc("at most ms").light_line_style(WHITE).draw()?;
    for (index, (system, points)) in lines.iter().enumerate() {
        let colour = Palette99::pick(index).to_rgba();
        let line = chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?;
        let sample = move |(x, y)| PathElement::new(vec![(x, y), (x + 20, y)], colour.stroke_width(2));
        line.label(system.to_string()).legend(sample);
    }
    chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw()?;
    area.present()?;
    Ok(())
}
