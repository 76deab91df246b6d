using DpoSt.Data.Synthetic.Schemas;

namespace DpoSt.Data.Synthetic;

/// <summary>All schemas, by what they are for.</summary>
internal static class Catalogue
{
    /// <summary>Stories of 2 to 6 steps: the labelled, pool, dev and test sets.</summary>
    public static readonly Schema[] Main =
    [
        .. Shopping.All, .. Work.All, .. Travel.All, .. Sharing.All, .. Schemas.Fractions.All, .. Percents.All, .. Comparisons.All,
        .. Farm.All, .. Business.All, .. Distractors.All,
    ];

    public static readonly Schema[] OneStep = [.. OneStepMoney.All, .. OneStepThings.All, .. OneStepMeasures.All, .. OneStepPlaces.All];

    public static readonly Schema[] OutOfDomain = [.. Schemas.OutOfDomain.All];
}
