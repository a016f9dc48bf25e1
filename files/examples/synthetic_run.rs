//! Writes a made-up run file: `synthetic_run PATH N`.

#[path = "../tests/sample/mod.rs"]
mod sample;

use millibrem::event::{Compression, Weighting};
use millibrem_files::hdf5::RunWriter;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let (path, n) = (&arguments[1], arguments[2].parse()?);
    let repeat: usize = arguments.get(3).map_or(Ok(1), |r| r.parse())?;
    let compression = if arguments.len() > 4 {
        Compression::Gzip
    } else {
        Compression::None
    };
    let sample = sample::sample(sample::PAIR, Weighting::Weighted);
    let events = sample::events(&sample, n, 1);
    let header = sample::header(&sample, compression);
    let mut writer = RunWriter::create(path.as_ref(), &header, true)?;
    let start = std::time::Instant::now();
    for _ in 0..repeat {
        writer.write_events(&events)?;
    }
    let summary = sample::summary(&events, 1.0);
    writer.finish(&summary)?;
    println!("{:.3} s", start.elapsed().as_secs_f64());
    Ok(())
}
