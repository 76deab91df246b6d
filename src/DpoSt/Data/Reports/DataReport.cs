using DpoSt.Configuration.Sections;
using DpoSt.Data.Shapes;
using DpoSt.Verification;

namespace DpoSt.Data.Reports;

/// <summary>A question that repeats another.</summary>
/// <param name="Row">Where it stands.</param>
/// <param name="Of">Where the other stands.</param>
/// <param name="IsExact">Whether it is the same but for case and punctuation; else a word or two differ.</param>
internal sealed record Repetition(string Row, string Of, bool IsExact);

/// <summary>What is in a file of questions, before hours are spent on it.</summary>
/// <param name="File">The file.</param>
/// <param name="Shape">The shape of its rows.</param>
/// <param name="Rows">How many it has.</param>
/// <param name="WithoutRationale">Rows that have no steps to learn, but at most a final answer.</param>
/// <param name="WithoutAnswer">Rows without a final answer.</param>
/// <param name="Refused">Final answers that the verifier cannot read, each with its place.</param>
/// <param name="Calculations">Annotated calculations.</param>
/// <param name="Wrong">Calculations, annotated or in plain text, that have another result, each with its place.</param>
/// <param name="Missing">Right calculations in plain text without an annotation.</param>
/// <param name="Repetitions">Questions that repeat an earlier one of the file.</param>
/// <param name="Shared">Questions that repeat one of the other file.</param>
internal sealed record DataReport(
    string File, string Shape, int Rows, int WithoutRationale, int WithoutAnswer, IReadOnlyList<string> Refused, int Calculations,
    IReadOnlyList<string> Wrong, int Missing, IReadOnlyList<Repetition> Repetitions, IReadOnlyList<Repetition> Shared)
{
    /// <summary>Reads a file and reports on it; only what cannot be read at all is an error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="other">A file whose questions it should not share, such as the test questions; null compares with none.</param>
    /// <param name="verifier">What will judge answers.</param>
    /// <param name="columns">What the columns are called.</param>
    /// <exception cref="UserErrorException">A file cannot be read.</exception>
    public static DataReport Of(string file, string? other, IVerifier verifier, ColumnsSection columns)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        var (shape, rows, unlearnt, unanswered, calculations, missing) = ("", 0, 0, 0, 0, 0);
        var (refused, wrong, repetitions, shared) =
            (new List<string>(), new List<string>(), new List<Repetition>(), new List<Repetition>());
        var (own, places, theirs, otherPlaces) = (new NearDuplicates(), new List<string>(), new NearDuplicates(), new List<string>());
        foreach (var row in other is null ? [] : ShapedRows.Read(other, columns))
        {
            theirs.Add(row.Question);
            otherPlaces.Add(row.Line.Place);
        }

        foreach (var row in ShapedRows.Read(file, columns, found => shape = found.InWords))
        {
            rows++;
            var place = row.Line.Place;
            var gold = row.Gold ?? GoldText.Of(row.Rationale ?? "");
            var isRead = gold.Length > 0 && verifier.Refusal(gold) is null;
            unlearnt += row.Rationale is null || GoldText.IsAllOf(row.Rationale, isRead ? gold : null) ? 1 : 0;
            unanswered += gold.Length == 0 ? 1 : 0;
            if (gold.Length > 0 && !isRead)
            {
                refused.Add($"{place}: {(gold.Length > 60 ? gold[..60] + "..." : gold)}");
            }

            calculations += Annotations.Count(row.Rationale ?? "");
            missing += Annotations.Missing(row.Rationale ?? "");
            string[] errors = [.. Annotations.Wrong(row.Rationale ?? ""), .. Annotations.WrongInPlain(row.Rationale ?? "")];
            wrong.AddRange(errors.Select(error => $"{place}: {error}"));
            if (own.Add(row.Question) is var (of, isExact))
            {
                repetitions.Add(new Repetition(place, places[of], isExact));
            }

            places.Add(place);
            if (other is not null && theirs.Find(row.Question) is var (found, isSame))
            {
                shared.Add(new Repetition(place, otherPlaces[found], isSame));
            }
        }

        return new DataReport(file, shape, rows, unlearnt, unanswered, refused, calculations, wrong, missing, repetitions, shared);
    }
}
