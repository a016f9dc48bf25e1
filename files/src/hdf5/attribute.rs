//! Attributes: small facts beside the data they describe.

use ::hdf5::types::VarLenUnicode;
use ::hdf5::{Dataset, H5Type, Location, Result};

use ndarray::ArrayView1;

use millibrem::record::{Fact, Facts};

/// Most values of a list.
const MOST: usize = 4096;

/// Writes one number, flag or string as a scalar attribute.
pub(super) fn put<T: H5Type>(at: &Location, name: &str, value: &T) -> Result<()> {
    at.new_attr::<T>().create(name)?.write_scalar(value)
}

/// Writes words as a scalar UTF-8 attribute.
pub(super) fn put_text(at: &Location, name: &str, words: &str) -> Result<()> {
    let words: VarLenUnicode = words
        .parse()
        .map_err(|e| ::hdf5::Error::from(format!("attribute {name}: {e}")))?;
    put(at, name, &words)
}

/// Writes words in place of those that are there, if any are.
pub(super) fn replace_text(at: &Location, name: &str, words: &str) -> Result<()> {
    match at.attr(name) {
        Err(_) => put_text(at, name, words),
        Ok(there) => {
            let words: VarLenUnicode = words
                .parse()
                .map_err(|e| ::hdf5::Error::from(format!("attribute {name}: {e}")))?;
            there.write_scalar(&words)
        }
    }
}

/// Marks a dataset with its unit and its meaning.
pub(super) fn describe(data: &Dataset, units: &str, description: &str) -> Result<()> {
    put_text(data, "units", units)?;
    put_text(data, "description", description)
}

/// Reads one scalar attribute.
pub(super) fn get<T: H5Type>(at: &Location, name: &str) -> Result<T> {
    at.attr(name)?.read_scalar()
}

/// Reads words.
pub(super) fn get_text(at: &Location, name: &str) -> Result<String> {
    get::<VarLenUnicode>(at, name).and_then(|words| text(name, &words))
}

/// Words the file library took from a file, which does not look whether they are UTF-8.
pub(super) fn text(name: &str, words: &VarLenUnicode) -> Result<String> {
    match std::str::from_utf8(words.as_bytes()) {
        Ok(words) => Ok(words.to_owned()),
        Err(error) => Err(format!("{name} is no UTF-8: {error}").into()),
    }
}

/// Writes numbers as an attribute of one dimension.
pub(super) fn put_list<T: H5Type>(at: &Location, name: &str, values: &[T]) -> Result<()> {
    let data = ArrayView1::from(values);
    at.new_attr_builder().with_data(data).create(name)?;
    Ok(())
}

/// Reads such a list, of [`MOST`] numbers at most.
pub(super) fn get_list<T: H5Type>(at: &Location, name: &str) -> Result<Vec<T>> {
    let attribute = at.attr(name)?;
    match attribute.size() <= MOST {
        true => attribute.read_raw(),
        false => Err(format!("attribute {name} has {} values", attribute.size()).into()),
    }
}

/// Writes facts in their order.
pub(super) fn put_facts(at: &Location, facts: &Facts) -> Result<()> {
    for (name, fact) in facts {
        match fact {
            Fact::Text(words) => put_text(at, name, words)?,
            Fact::Integer(number) => put(at, name, number)?,
            Fact::Real(number) => put(at, name, number)?,
            Fact::Flag(flag) => put(at, name, flag)?,
        }
    }
    Ok(())
}

/// Reads all facts, sorted by name; attributes of other kinds, which a user may have added, are passed
/// over.
pub(super) fn get_facts(at: &Location) -> Result<Facts> {
    use ::hdf5::types::TypeDescriptor as Type;
    let mut names = at.attr_names()?;
    names.sort_unstable();
    let mut facts = Facts::with_capacity(names.len());
    for name in names {
        let attribute = at.attr(&name)?;
        if !attribute.is_scalar() {
            continue;
        }
        let fact = match attribute.dtype()?.to_descriptor()? {
            Type::Float(_) => Fact::Real(get(at, &name)?),
            // As a number: a file may hold another byte than those of a `bool`.
            Type::Boolean => Fact::Flag(get::<i8>(at, &name)? != 0),
            Type::Integer(_) | Type::Unsigned(_) => Fact::Integer(get(at, &name)?),
            Type::VarLenUnicode => Fact::Text(get_text(at, &name)?),
            _ => continue,
        };
        facts.push((name, fact));
    }
    Ok(facts)
}
