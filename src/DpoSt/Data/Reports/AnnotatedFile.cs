using DpoSt.Configuration.Sections;
using DpoSt.Data.Shapes;
using DpoSt.Verification;

namespace DpoSt.Data.Reports;

/// <summary>A file of questions as JSON lines in dpost's own shape, its plain calculations annotated.</summary>
internal static class AnnotatedFile
{
    /// <summary>Writes it; gives how many rationales have changed.</summary>
    /// <exception cref="UserErrorException">The file cannot be read or written, or would replace itself.</exception>
    public static int Write(string from, string to, ColumnsSection columns)
    {
        if (PathIdentity.Of(from) == PathIdentity.Of(to))
        {
            throw new UserErrorException($"--annotate {to} is the file itself, which the new one would replace: name another.");
        }

        if (AtomicFile.Replaces(to))
        {
            throw new UserErrorException($"--annotate {to} is there already, and would be replaced: remove it, or name another.");
        }

        var changed = 0;
        JsonLines.Write(to, ShapedRows.Read(from, columns).Select((row, i) =>
        {
            if (row.Conversation is not null)
            {
                throw row.Line.Error("a conversation of several turns is not a question with a rationale, and cannot be annotated.");
            }

            var annotated = row.Rationale is { } rationale ? Annotations.Annotate(rationale) : null;
            changed += annotated == row.Rationale ? 0 : 1;
            return new Problem(
                ProblemSet.Id(row.Line, row.IdColumn, i), row.Question, annotated, row.Gold ?? GoldText.Of(row.Rationale ?? ""));
        }));
        return changed;
    }

    /// <summary>The questions and rationales of a file.</summary>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public static IEnumerable<(string Question, string? Rationale)> Texts(string path, ColumnsSection columns) =>
        ShapedRows.Read(path, columns).Select(row => (row.Question, row.Rationale));
}
