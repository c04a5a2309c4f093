//! Writes the seeds of all targets as files: `seeds DIR` makes `DIR/TARGET/seed-N`.

use annals_fuzz::TARGETS;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let dir = std::env::args().nth(1).unwrap_or_else(|| "corpus".to_owned());
    for target in TARGETS {
        let folder = Path::new(&dir).join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
