//! The card reader: any text, with any options in place of its values. What is accepted prints
//! as a card that reads back to itself.

use millibrem::card::{CardError, Override, RunCard};

/// Lines that begin with this are options, all others the card.
const OPTION: &str = "--set ";

/// The card in `data`, if it is one.
pub fn read(data: &[u8]) -> Option<RunCard> {
    let text = std::str::from_utf8(data).ok()?;
    let (options, card): (Vec<&str>, Vec<&str>) =
        text.split('\n').partition(|line| line.starts_with(OPTION));
    let options: Result<Vec<Override>, CardError> = options
        .iter()
        .map(|line| Override::of_option("--set", &line[OPTION.len()..]))
        .collect();
    let card =
        options.and_then(|options| RunCard::parse("card.toml", "card", &card.join("\n"), &options));
    match card {
        Ok(card) => Some(card),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// Reads, prints and reads back.
pub fn run(data: &[u8]) {
    let Some(card) = read(data) else { return };
    let printed = card.to_toml();
    match RunCard::parse("printed.toml", "card", &printed, &[]) {
        Ok(back) => assert_eq!(back, card, "{printed}"),
        Err(error) => panic!("{error}\n{printed}"),
    }
}
