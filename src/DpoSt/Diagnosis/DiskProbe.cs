namespace DpoSt.Diagnosis;

/// <summary>Whether a folder takes what a run would write.</summary>
/// <param name="Folder">Where.</param>
internal sealed record DiskProbe(string Folder)
{
    private const long Megabyte = 1_000_000;
    private const int Trial = 1 << 20;

    /// <summary>Opens a new file there that goes when it is closed.</summary>
    public Func<Stream> Create { get; init; } = () => new FileStream(
        Path.Combine(Folder, $".dpost-{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 4096,
        FileOptions.DeleteOnClose);

    /// <summary>Bytes that a user may still write there.</summary>
    public Func<long> Free { get; init; } = () => new DriveInfo(Path.GetFullPath(Folder)).AvailableFreeSpace;

    /// <summary>Writes a megabyte, reads it again, and looks how much more there would be room for.</summary>
    public CheckResult Run(string what)
    {
        var name = $"disk of {what}";
        var advice = $"free some space, or work elsewhere than in {Shown.Path(Folder)}";
        try
        {
            var bytes = new byte[Trial];
            new Random(1).NextBytes(bytes);
            using (var stream = Create())
            {
                stream.Write(bytes);
                (stream as FileStream)?.Flush(flushToDisk: true);
                stream.Position = 0;
                var again = new byte[Trial];
                stream.ReadExactly(again);
                if (!bytes.AsSpan().SequenceEqual(again))
                {
                    return new(name, CheckState.Red, $"what was written to {Shown.Path(Folder)} reads back otherwise",
                        "trust no file on this disk");
                }
            }

            var free = Free();
            return free < 200 * Megabyte ? new(name, CheckState.Red, $"{Bytes.Text(free)} free in {Shown.Path(Folder)}", advice)
                : free < 5000 * Megabyte ? new(name, CheckState.Yellow, $"{Bytes.Text(free)} free in {Shown.Path(Folder)}", advice)
                : new(name, CheckState.Green, $"{Bytes.Text(free)} free in {Shown.Path(Folder)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new(name, CheckState.Red, $"nothing can be written in {Shown.Path(Folder)} ({FileProblem.InFolder(e)})", advice);
        }
    }
}
