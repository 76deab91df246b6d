using System.Diagnostics;
using System.Text;
using System.Text.Json;
using static System.FormattableString;

namespace DpoSt.Verification;

/// <summary>
/// The user's own program judges: one start an answer, no shell and no arguments. It reads <c>{"gold": ..., "answer": ...}</c> from its
/// standard input and writes <c>{"verdict": "right", "why": ..., "found": ...}</c>, where the verdict is right, wrong or none and the rest
/// may be left out. Time and output are bounded. What it has judged it is not asked again, unless its file changes.
/// </summary>
internal sealed class ProgramVerifier : IVerifier
{
    /// <summary>How long it may take unless told otherwise.</summary>
    public const double DefaultSeconds = 10;

    private const int MaxOutput = 64 << 10;
    private const string Expected = "{\"verdict\": \"right\"}, or \"wrong\" or \"none\"";
    private readonly string path;
    private readonly TimeSpan limit;
    private readonly KnownJudgements known = new();

    /// <summary>Takes an executable file.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public ProgramVerifier(string path, TimeSpan limit)
    {
        (this.path, this.limit) = (Path.GetFullPath(path), limit);
        const UnixFileMode runs = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (!File.Exists(this.path))
        {
            throw new UserErrorException($"{path}: there is no such file; expected the program that judges (verifier_program).");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(this.path) & runs) == UnixFileMode.None)
        {
            throw new UserErrorException($"{path}: the file may not be run as a program; make it executable (chmod +x).");
        }
    }

    /// <inheritdoc/>
    public string Name => "program";

    /// <inheritdoc/>
    public string? Refusal(string gold) => string.IsNullOrWhiteSpace(gold) ? "it is empty" : null;

    /// <inheritdoc/>
    public Judgement Judge(string gold, string text)
    {
        if (FinalText.BehindThinking(text) is not { } answer)
        {
            return Judgement.None("the thinking was cut off");
        }

        return known.Of($"{gold.Length} {gold}{answer} {File.GetLastWriteTimeUtc(path).Ticks}", () => Ask(gold, answer));
    }

    /// <inheritdoc/>
    public bool AreSame(string found, string other) => found == other;

    private Judgement Ask(string gold, string answer)
    {
        var input = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["gold"] = gold,
            ["answer"] = answer,
        });
        return Run(input) is { } output ? Read(output, answer)
            : Judgement.None(Invariant($"the program gave no verdict within {limit.TotalSeconds} s"));
    }

    // What it wrote; null where it took too long.
    private byte[]? Run(byte[] input)
    {
        using var process = Start();
        using var timer = new CancellationTokenSource(limit);
        try
        {
            var errors = ReadSome(process.StandardError.BaseStream, timer.Token);
            var feeding = Feed(process, input, timer.Token);
            var output = ReadSome(process.StandardOutput.BaseStream, timer.Token);
            Task.WhenAll(output, errors, feeding).GetAwaiter().GetResult();
            process.WaitForExitAsync(timer.Token).GetAwaiter().GetResult();
            return process.ExitCode == 0
                ? output.Result
                : throw new UserErrorException(
                    $"{path}: the program ended with exit code {process.ExitCode} ({Said(errors.Result)}); "
                    + $"expected 0 and {Expected} on its standard output.");
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private Process Start()
    {
        try
        {
            return MaskedThread.Unmasked(() => Process.Start(new ProcessStartInfo(path)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UserErrorException(
                $"{path}: the program cannot be started ({e.Message}); a script needs a first line such as #!/usr/bin/env python3.", e);
        }
    }

    // A program that does not read its input has closed it: what it says counts.
    private static async Task Feed(Process process, byte[] input, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancel).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }

    // Up to the bound; what comes beyond it is read no more, and a program that goes on writing runs into the time limit.
    private static async Task<byte[]> ReadSome(Stream stream, CancellationToken cancel)
    {
        var buffer = new byte[MaxOutput];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return buffer[..length];
    }

    private Judgement Read(byte[] output, string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var root = document.RootElement;
            var verdict = root.GetProperty("verdict").GetString();
            var why = Text(root, "why") ?? "as the program says";
            return verdict switch
            {
                "right" or "wrong" => Judgement.Of(verdict == "right", Text(root, "found") ?? answer.Trim(), why),
                "none" => Judgement.None(why),
                _ => throw new KeyNotFoundException(),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserErrorException($"{path}: the program wrote \"{Said(output)}\"; expected {Expected}.", e);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Said(byte[] output)
    {
        var text = Encoding.UTF8.GetString(output).Trim().Split('\n')[^1];
        return text.Length == 0 ? "nothing" : text.Length > 200 ? text[..200] + "..." : text;
    }
}
