//! `/histograms/<name>` in the HDF5 layout of UHI schema 1.
//!
//! `uhi.io.hdf5.read` looks at the attribute `uhi_schema`, the dataset `axes` of object references
//! into `ref_axes`, and every dataset in the group `storage`; it passes over anything else, so the
//! twin datasets `differential` and `differential_error` and what the errors of sums of bins need,
//! `deviations`, stand beside `storage`. A linear axis is
//! `regular`, a logarithmic one `variable` with its edges, as UHI has no other.

use ::hdf5::{Group, LocationType, ObjectReference1, Result};
use ndarray::ArrayViewD;

use super::{GENERATOR_VERSION, attribute, column};
use millibrem::histogram::{Axis, Histogram, Observable, Scale};

/// Attribute of every histogram.
const SCHEMA: &str = "uhi_schema";
/// Dataset of what the errors of sums need, where it is known.
const DEVIATIONS: &str = "deviations";

/// Writes one histogram as a group of that name.
pub(super) fn write(parent: &Group, histogram: &Histogram) -> Result<()> {
    let group = parent.create_group(histogram.name())?;
    attribute::put(&group, SCHEMA, &1_i64)?;
    let metadata = group.create_group("metadata")?;
    attribute::put_text(&metadata, "name", histogram.name())?;
    attribute::put_text(&metadata, "label", "cross section per bin [pb]")?;
    let writer = group
        .create_group("writer_info")?
        .create_group("millibrem")?;
    attribute::put_text(&writer, "version", GENERATOR_VERSION)?;

    let axes = group.create_group("ref_axes")?;
    let mut references = Vec::new();
    for (i, axis) in histogram.axes().iter().enumerate() {
        let name = format!("axis_{i}");
        write_axis(&axes.create_group(&name)?, axis)?;
        references.push(axes.reference::<ObjectReference1>(&name)?);
    }
    group
        .new_dataset_builder()
        .with_data(&references)
        .create("axes")?;

    let storage = group.create_group("storage")?;
    attribute::put_text(&storage, "type", "weighted")?;
    let with_flow: Vec<usize> = histogram.axes().iter().map(|a| a.bins() + 2).collect();
    let put = |group: &Group, name: &str, shape: &[usize], data: &[f64]| {
        let view = ArrayViewD::from_shape(shape, data)?;
        group.new_dataset_builder().with_data(view).create(name)
    };
    let values = put(&storage, "values", &with_flow, histogram.values())?;
    attribute::describe(&values, "pb", "cross section per bin, flow bins included")?;
    let variances = put(&storage, "variances", &with_flow, histogram.variances())?;
    attribute::describe(&variances, "pb^2", "variance of each value")?;

    let twin = histogram.differential();
    let bins: Vec<usize> = histogram.axes().iter().map(Axis::bins).collect();
    let values = put(&group, "differential", &bins, &twin.values)?;
    attribute::describe(
        &values,
        &twin.units,
        "cross section per unit, flow bins left out",
    )?;
    let errors = put(&group, "differential_error", &bins, &twin.errors)?;
    attribute::describe(
        &errors,
        &twin.units,
        "one standard deviation of differential",
    )?;
    if histogram.deviations().is_empty() {
        return Ok(());
    }
    let rows = histogram.deviations().len() / histogram.values().len();
    let shape = [&[rows], &with_flow[..]].concat();
    let rows = ArrayViewD::from_shape(shape, histogram.deviations())?;
    let rows = group
        .new_dataset_builder()
        .with_data(rows)
        .create(DEVIATIONS)?;
    attribute::describe(
        &rows,
        "pb",
        "independent deviations of the bins: the variance of a sum of bins is the sum over rows of \
         the squared sum of these bins, flow bins included",
    )
}

fn write_axis(group: &Group, axis: &Axis) -> Result<()> {
    match axis.scale() {
        Scale::Linear => {
            attribute::put_text(group, "type", "regular")?;
            attribute::put(group, "lower", &axis.min())?;
            attribute::put(group, "upper", &axis.max())?;
            attribute::put(group, "bins", &(axis.bins() as i64))?;
        }
        Scale::Log => {
            attribute::put_text(group, "type", "variable")?;
            group
                .new_dataset_builder()
                .with_data(axis.edges())
                .create("edges")?;
        }
    }
    attribute::put(group, "underflow", &true)?;
    attribute::put(group, "overflow", &true)?;
    attribute::put(group, "circular", &false)?;
    let observable = axis.observable();
    let metadata = group.create_group("metadata")?;
    let unit = unit_of(observable.units());
    attribute::put_text(&metadata, "name", observable.name())?;
    attribute::put_text(
        &metadata,
        "label",
        &format!("{}{unit}", observable.description()),
    )?;
    attribute::put_text(&metadata, "units", observable.units())
}

/// A unit as it stands behind a title.
fn unit_of(units: &str) -> String {
    match units {
        "1" => String::new(),
        units => format!(" [{units}]"),
    }
}

/// Reads all histograms, sorted by name; whatever else a user has put beside them is passed over.
pub(super) fn read_all(parent: &Group) -> Result<Vec<Histogram>> {
    let mut names = parent.member_names()?;
    names.sort_unstable();
    let mut histograms = Vec::with_capacity(names.len());
    for name in names {
        if parent.loc_type_by_name(&name)? != LocationType::Group {
            continue;
        }
        let group = parent.group(&name)?;
        if group.attr_names()?.iter().any(|attr| attr == SCHEMA) {
            histograms.push(read(&group, &name)?);
        }
    }
    Ok(histograms)
}

fn read(group: &Group, name: &str) -> Result<Histogram> {
    let references = column::read::<ObjectReference1>(&group.dataset("axes")?)?;
    let mut axes = Vec::with_capacity(references.len());
    for reference in &references {
        match group.dereference(reference)? {
            ::hdf5::ReferencedObject::Group(axis) => axes.push(read_axis(&axis)?),
            _ => return Err(format!("an axis of histogram {name} is not a group").into()),
        }
    }
    let storage = group.group("storage")?;
    let values = column::read(&storage.dataset("values")?)?;
    let variances = column::read(&storage.dataset("variances")?)?;
    // Files of earlier versions have none.
    let deviations = match group.link_exists(DEVIATIONS) {
        true => column::read(&group.dataset(DEVIATIONS)?)?,
        false => Vec::new(),
    };
    Histogram::new(name, axes, values, variances)
        .and_then(|histogram| histogram.with_deviations(deviations))
        .map_err(text)
}

fn read_axis(group: &Group) -> Result<Axis> {
    let metadata = group.group("metadata")?;
    let name = attribute::get_text(&metadata, "name")?;
    let units = attribute::get_text(&metadata, "units")?;
    let label = attribute::get_text(&metadata, "label")?;
    let description = label.trim_end_matches(&unit_of(&units)).to_owned();
    let observable = Observable::read(name, units, description);
    if attribute::get_text(group, "type")? == "regular" {
        let (lower, upper) = (
            attribute::get(group, "lower")?,
            attribute::get(group, "upper")?,
        );
        let bins = attribute::get::<i64>(group, "bins")?;
        let bins = usize::try_from(bins).map_err(|e| format!("{bins} bins: {e}"))?;
        Axis::new(observable, Scale::Linear, lower, upper, bins).map_err(text)
    } else {
        let edges = column::read(&group.dataset("edges")?)?;
        Axis::from_edges(observable, Scale::Log, edges).map_err(text)
    }
}

fn text(error: millibrem::histogram::HistogramError) -> ::hdf5::Error {
    error.to_string().into()
}
