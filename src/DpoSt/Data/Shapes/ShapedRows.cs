using DpoSt.Configuration.Sections;
using DpoSt.Data.Readers;

namespace DpoSt.Data.Shapes;

/// <summary>The rows of a file, or of a set of files, in any format and shape; a conversation is a row for each of its answers.</summary>
internal static class ShapedRows
{
    /// <summary>Reads a file's questions; its first row says its shape.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">What its columns are called; null recognises them.</param>
    /// <param name="recognised">Is told the shape, once it is known.</param>
    /// <exception cref="UserErrorException">The file cannot be read, has no known shape, or a row breaks it.</exception>
    public static IEnumerable<QuestionRow> Read(string path, ColumnsSection? columns = null, Action<RowShape>? recognised = null)
    {
        RowShape? shape = null;
        string? system = null, file = null;
        foreach (var row in RowFile.Read(path))
        {
            if (shape is not null && row.Path != file && RowShape.Of(row, columns ?? new()) is var other && other != shape)
            {
                throw row.Error(
                    $"the rows are {other.Name}, and those of the file before {shape.Name}: all files of a set have one shape.");
            }

            file = row.Path;
            if (shape is null)
            {
                shape = RowShape.Of(row, columns ?? new());
                system = SystemOf(row, shape);
                recognised?.Invoke(shape with { System = system });
            }
            else if (SystemOf(row, shape) != system)
            {
                throw row.Error(
                    "the system message is another than that of the first row; a model learns one: make it the same in all rows, "
                    + "or part of the question.");
            }

            foreach (var question in shape.Read(row))
            {
                yield return question;
            }
        }
    }

    /// <summary>The system message of a row, null where it has none.</summary>
    public static string? SystemOf(JsonLine row, RowShape shape) =>
        shape.MessagesColumn(row) is { } column ? Messages.SystemOf(row, column) : null;
}
