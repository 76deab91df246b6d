using System.Diagnostics;
using DpoSt.Studies;

namespace DpoSt.Tests.Studies;

public sealed class CellClaimTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("work/gold-1.claim");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void One_process_has_it_until_it_is_done()
    {
        using (var claim = CellClaim.Take(Path))
        {
            Assert.NotNull(claim);
            Assert.Null(CellClaim.Take(Path));
        }

        Assert.False(File.Exists(Path));
        using var next = CellClaim.Take(Path);
        Assert.NotNull(next);
    }

    [Fact]
    public void One_of_a_process_that_died_on_this_machine_is_taken_over_at_once()
    {
        using var process = Process.Start(new ProcessStartInfo("true"))!;
        process.WaitForExit();
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, $"another {process.Id}\n");
        Assert.Null(CellClaim.Take(Path));
        File.WriteAllText(Path, $"{Environment.MachineName} {process.Id}");        // not written to its end
        Assert.Null(CellClaim.Take(Path));
        File.WriteAllText(Path, $"{Environment.MachineName} {process.Id}\n");
        using var claim = CellClaim.Take(Path);
        Assert.NotNull(claim);
    }

    [Fact]
    public void One_that_nobody_has_touched_for_long_is_taken_over_by_one_of_many()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, "another 1\n");
        Assert.Null(CellClaim.Take(Path));
        for (var round = 0; round < 20; round++)
        {
            File.WriteAllText(Path, "another 1\n");
            File.SetLastWriteTimeUtc(Path, DateTime.UtcNow.AddHours(-1));
            var taken = new CellClaim?[8];
            System.Threading.Tasks.Parallel.For(0, taken.Length, i => taken[i] = CellClaim.Take(Path));
            Assert.Single(taken, claim => claim is not null);
            Array.ForEach(taken, claim => claim?.Dispose());
            Assert.Empty(Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!));
        }
    }
}
