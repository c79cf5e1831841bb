//! The plots: each quantity over the number of members, one line a system, both axes logarithmic.

use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::*;

use crate::{
    figures::{Figures, Time},
    run::Fault,
    spread::Spread,
    systems::System,
};

/// The files that are written.
pub(crate) const PLOTS: [&str; 5] = ["kill.svg", "silence.svg", "form.svg", "processor.svg", "memory.svg"];

const SIZE: (u32, u32) = (800, 480);

/// One plot.
struct Plot {
    title: &'static str,
    unit: &'static str,
    lines: Vec<(System, Vec<(f64, Spread)>)>,
}

/// Writes all plots for which there is anything to draw.
///
/// # Errors
/// When one cannot be written.
pub(crate) fn draw(folder: &Path, figures: &Figures) -> anyhow::Result<()> {
    let time = |title, time| Plot::new(title, "seconds", figures, |system, size| figures.time(time, system, size));
    let plots = [
        time("kill -9 to new membership everywhere", Time::Notice(Fault::Kill)),
        time("Silence to new membership everywhere", Time::Notice(Fault::Cut)),
        time("Start to agreement of all", Time::Form),
        Plot::new("Idle: processor", "% of a core", figures, |system, size| {
            Some(figures.idle(system, size)?.processor)
        }),
        Plot::new("Idle: memory", "MB", figures, |system, size| Some(figures.idle(system, size)?.memory)),
    ];
    for (name, plot) in PLOTS.iter().zip(plots) {
        let path = folder.join(name);
        // The error borrows what is drawn on.
        plot.draw(&path).map_err(|why| anyhow!("{}: {why}", path.display()))?;
    }
    Ok(())
}

impl Plot {
    fn new(
        title: &'static str,
        unit: &'static str,
        figures: &Figures,
        value: impl Fn(System, usize) -> Option<Spread>,
    ) -> Self {
        let points =
            |system| figures.sizes().into_iter().filter_map(|size| Some((size as f64, value(system, size)?))).collect();
        let lines = figures.systems().into_iter().map(|system| (system, points(system))).collect();
        Self { title, unit, lines }
    }

    fn points(&self) -> impl Iterator<Item = &(f64, Spread)> {
        self.lines.iter().flat_map(|(_, points)| points)
    }

    fn draw(&self, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let Some(sizes) = Spread::of(self.points().map(|(size, _)| *size)) else { return Ok(()) };
        let ends = self.points().flat_map(|(_, spread)| [spread.min, spread.max]).filter(|value| *value > 0.0);
        let Some(values) = Spread::of(ends) else { return Ok(()) };
        let area = SVGBackend::new(path, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let (across, up) =
            ((sizes.min * 0.9..sizes.max * 1.1).log_scale(), (values.min / 2.0..values.max * 2.0).log_scale());
        let mut chart = ChartBuilder::on(&area)
            .caption(self.title, ("sans-serif", 22))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(70)
            .build_cartesian_2d(across, up)?;
        chart.configure_mesh().x_desc("members").y_desc(self.unit).light_line_style(WHITE).draw()?;
        for (index, (system, points)) in self.lines.iter().enumerate() {
            let colour = Palette99::pick(index).to_rgba();
            let medians = points.iter().map(|(size, spread)| (*size, spread.median));
            let line = chart.draw_series(LineSeries::new(medians, colour.stroke_width(2)))?;
            let sample = move |(x, y)| PathElement::new(vec![(x, y), (x + 20, y)], colour.stroke_width(2));
            line.label(system.to_string()).legend(sample);
            let bars = points
                .iter()
                .map(|(size, all)| ErrorBar::new_vertical(*size, all.min, all.median, all.max, colour.filled(), 6));
            chart.draw_series(bars)?;
        }
        chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw()?;
        area.present()?;
        Ok(())
    }
}
