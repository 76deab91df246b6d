using System.Text;

namespace DpoSt.Tests;

public sealed class WholeFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(200_000)]
    public void Gives_what_is_there_up_to_the_limit(int length)
    {
        var path = folder.File("some");
        byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
        File.WriteAllBytes(path, bytes);
        Assert.Equal(bytes, WholeFile.ReadBytes(path, length));
        if (length > 0)
        {
            Assert.Contains("far smaller", Assert.Throws<UserErrorException>(() => WholeFile.ReadBytes(path, length - 1)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Reads_marks_of_encodings_as_the_runtime_does()
    {
        var path = folder.File("text");
        foreach (var encoding in (Encoding[])[new UTF8Encoding(false), Encoding.UTF8, Encoding.Unicode])
        {
            File.WriteAllText(path, "é\n2\n", encoding);
            Assert.Equal(("é\n2\n", "é,2"), (WholeFile.ReadText(path), string.Join(',', WholeFile.ReadLines(path))));
        }
    }

    [Fact]
    public void A_device_and_a_file_of_gigabytes_fill_no_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/zero is Unix's");
        Assert.Throws<UserErrorException>(() => WholeFile.ReadBytes("/dev/zero", 1 << 20));
        var path = folder.File("sparse");
        using (var sparse = File.Create(path))
        {
            sparse.SetLength(3L << 30);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<UserErrorException>(() => WholeFile.ReadBytes(path));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }
}
