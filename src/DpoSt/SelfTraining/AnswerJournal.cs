using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.Generation;

namespace DpoSt.SelfTraining;

/// <summary>
/// The answers of a sampling that is not done yet, on disk as they come (<c>OUTPUT.partial</c>): whatever ends the process, the next start of
/// the same sampling answers only the rest. Its first line is a key of all that the answers depend on; another sampling starts over.
/// </summary>
/// <param name="output">The file that the answers are for.</param>
/// <param name="tell">Takes one sentence where answers are taken over.</param>
/// <param name="part">What the file's name says besides, where several processes answer.</param>
internal sealed class AnswerJournal(string output, Action<string> tell, string part = "") : IDisposable
{
    private const string Suffix = ".partial";

    // A damaged model's log-probabilities are no numbers.
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly string path = output + part + Suffix;
    private FileStream? stream;

    /// <summary>Opens the journal; gives the answers that an interrupted sampling with the same key left.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public IReadOnlyList<Generated> Open(string key, int requests)
    {
        var found = Read(key, requests);
        Guarded(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
            Write(key);
            foreach (var answer in found)
            {
                Write(answer);
            }

            stream.Flush();
        });
        if (found.Count > 0)
        {
            tell(string.Create(CultureInfo.InvariantCulture, $"  {found.Count} of {requests} answers are there already, from a start that was interrupted"));
        }

        return found;
    }

    /// <summary>Keeps an answer.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public void Add(Generated answer) => Guarded(() =>
    {
        Write(answer);
        stream!.Flush();                                           // to the system: it outlives the process
    });

    /// <summary>The output is written: the journals of all its parts are of no more use.</summary>
    public void Remove()
    {
        Dispose();
        var folder = Path.GetDirectoryName(Path.GetFullPath(output))!;
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, $"{Path.GetFileName(output)}*{Suffix}") : [])
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream?.Dispose();

    private void Write<T>(T line)
    {
        JsonSerializer.Serialize(stream!, line, Json);
        stream!.WriteByte((byte)'\n');
    }

    // What cannot be read is answered again: of a line that was cut off, or of another program, nothing is worth a sentence.
    private List<Generated> Read(string key, int requests)
    {
        var found = new List<Generated>();
        try
        {
            using var lines = File.Exists(path) ? new StreamReader(path, Encoding.UTF8) : StreamReader.Null;
            if (lines.ReadLine() is not { } first || JsonSerializer.Deserialize<string>(first) != key)
            {
                return [];
            }

            while (lines.ReadLine() is { } line && JsonSerializer.Deserialize<Generated>(line, Json) is { Ids: not null, Text: not null } answer && answer.Index >= 0 && answer.Index < requests)
            {
                found.Add(answer);
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return Once(found);
        }

        return Once(found);

        static List<Generated> Once(List<Generated> answers) => [.. answers.DistinctBy(a => a.Index)];
    }

    private void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the answers so far cannot be kept there ({e.Message.TrimEnd('.')}); free some space or choose another place, then run again.", e);
        }
    }
}
