using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Parallel;
using DpoSt.Runs;
using static System.FormattableString;

namespace DpoSt.Answering;

/// <summary>
/// The answers of a sampling that is not done yet, on disk as they come (<c>OUTPUT.partial</c>): after an interruption the next start
/// of the same sampling answers only the rest. Its first line is a key of all that answers depend on; the answers of another sampling wait
/// beside it until the output is done.
/// </summary>
/// <param name="output">The file that the answers are for.</param>
/// <param name="tell">Takes one sentence where answers are taken over.</param>
/// <param name="part">What the file's name has too, where several processes answer.</param>
internal sealed partial class AnswerJournal(string output, Action<string> tell, string part = "") : IDisposable
{
    /// <summary>How answers are written for dpost itself: a damaged model's log-probabilities are no numbers.</summary>
    public static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private const string Suffix = ".partial";
    private readonly string path = output + part + Suffix;
    private FileStream? stream;

    /// <summary>Opens the journal; gives the answers that an interrupted sampling with the same key left.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public IReadOnlyList<Generated> Open(string key, int requests)
    {
        Guarded(() => SetAside(key), removes: false);
        var (found, length) = Read(key, requests);
        Guarded(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            // Without a buffer a line is on its way when it is written: it outlives the process, and closing cannot fail.
            stream = new FileStream(
                path, found.Count > 0 ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            stream.SetLength(length);
            stream.Seek(0, SeekOrigin.End);
            if (found.Count == 0)
            {
                Write(key);
            }
        }, removes: found.Count == 0);
        if (found.Count > 0)
        {
            tell($"  {found.Count} of {requests} answers are there already, from a start that was interrupted");
        }

        return found;
    }

    /// <summary>Keeps an answer.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public void Add(Generated answer) => Guarded(() => Write(answer), removes: false);

    /// <summary>The journal of one rank's answers.</summary>
    public static AnswerJournal Of(RunContext context, string output)
    {
        var group = context.Group;
        var part = group.Size == 1 ? "" : Invariant($".{group.Rank}-of-{group.Size}");
        return new AnswerJournal(output, context.Reporter.Note, part);
    }

    /// <summary>Removes what interrupted starts left of some outputs; all ranks ask for it together, before any has a journal.</summary>
    public static void Remove(IProcessGroup group, IEnumerable<string> outputs)
    {
        if (group.Rank == 0)
        {
            outputs.ToList().ForEach(Remove);
        }

        group.Barrier();
    }

    /// <summary>The output is written: the journals of all its parts are no longer needed.</summary>
    public void Remove()
    {
        Dispose();
        Remove(output);
    }

    /// <summary>The output that a journal is for; null where a file is none.</summary>
    public static string? OutputOf(string file) =>
        Name().Match(file) is { Success: true } name && BeginsWithKey(file) ? name.Groups["output"].Value : null;

    /// <summary>Removes the journals of all parts of an output, which nobody may have open.</summary>
    public static void Remove(string output)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(output))!;
        var parts = new Regex(
            $@"^{Regex.Escape(Path.GetFileName(output))}(\.\d+-of-\d+)?(\.of-[0-9a-f]{{8}})?{Regex.Escape(Suffix)}$",
            RegexOptions.NonBacktracking);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder).Where(f => parts.IsMatch(Path.GetFileName(f))) : [])
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream?.Dispose();

    private static bool BeginsWithKey(string file)
    {
        using var start = File.OpenRead(file);
        return start.ReadByte() is '"' or -1;
    }

    // One mistyped option must not cost the answers of a night.
    private void SetAside(string key)
    {
        if (OwnerAndAnswer() is { } other && other != key)
        {
            var aside = Aside(other);
            File.Move(path, aside, overwrite: true);
            tell($"  {path} has answers of other options or another model: they wait in {Path.GetFileName(aside)} until this is done");
        }

        if (!File.Exists(path) && File.Exists(Aside(key)))
        {
            File.Move(Aside(key), path);
        }
    }

    private string Aside(string key) => $"{output}{part}.of-{key[..8]}{Suffix}";

    // The key of a journal that has an answer; null where there is none.
    private string? OwnerAndAnswer()
    {
        try
        {
            using var file = File.Exists(path) ? File.OpenRead(path) : Stream.Null;
            var lines = LineReader.Read(file, path, JsonLines.DefaultMaxLineBytes).Take(2).Select(line => line.Bytes.ToArray());
            return lines.ToList() is [var first, _] && JsonSerializer.Deserialize<string>(first) is { } key && Key().IsMatch(key)
                ? key : null;
        }
        catch (Exception e) when (e is JsonException or UserErrorException)
        {
            return null;
        }
    }

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();

    private void Write<T>(T line) => stream!.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, Json), (byte)'\n']);

    // The answers up to the first line that is not whole, and where they end. What cannot be read is answered again: of a line that was cut
    // off, or of another program, nothing is worth a sentence.
    private (IReadOnlyList<Generated> Found, long Length) Read(string key, int requests)
    {
        var (found, lines, length) = (new Dictionary<int, Generated>(), 0, 0L);
        try
        {
            using var file = File.Exists(path) ? File.OpenRead(path) : Stream.Null;
            var total = file.Length;
            foreach (var (number, line) in LineReader.Read(file, path, JsonLines.DefaultMaxLineBytes))
            {
                // dpost writes no blank line, and the last line counts if it is whole.
                var isWhole = number == lines + 1 && length + line.Length + 1 <= total;
                var counts = isWhole && (number == 1
                    ? JsonSerializer.Deserialize<string>(line.Span) == key
                    : Take(JsonSerializer.Deserialize<Generated>(line.Span, Json)));
                if (!counts)
                {
                    break;
                }

                (lines, length) = (number, length + line.Length + 1);
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or UserErrorException)
        {
            // Up to there.
        }

        return found.Count > 0 ? ([.. found.Values], length) : ([], 0);

        bool Take(Generated? answer) =>
            answer is { Ids: not null, Text: not null, Index: >= 0 } && answer.Index < requests && found.TryAdd(answer.Index, answer);
    }

    private void Guarded(Action write, bool removes)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (removes)
            {
                Remove();
            }

            throw new UserErrorException(
                $"{path}: the answers could not be written ({FileProblem.Of(path, e)}); "
                + "free some space or choose another place, then run again.",
                e);
        }
    }

    [GeneratedRegex(@"^(?<output>.+?)(\.\d+-of-\d+)?\.partial\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
