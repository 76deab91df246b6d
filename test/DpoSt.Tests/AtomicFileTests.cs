namespace DpoSt.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Replaces_a_file_and_leaves_nothing_else_behind()
    {
        var path = folder.File("a.txt", "old");
        AtomicFile.WriteAllText(path, "new é");
        Assert.Equal("new é"u8.ToArray(), File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Removes_what_a_killed_process_left_of_the_file_and_nothing_else()
    {
        var path = folder.File("a.txt");
        var left = Old(folder.File($"a.txt.{Guid.NewGuid():N}.tmp", "half"));
        string[] stay = [Old(folder.File($"b.txt.{Guid.NewGuid():N}.tmp", "")), Old(folder.File("a.txt.1.tmp", ""))];
        stay = [.. stay, Old(folder.File($"a.txt.{Guid.NewGuid():N}.tmp", "live"))];
        using (new FileStream(stay[2], FileMode.Open, FileAccess.Write, FileShare.None))
        {
            AtomicFile.WriteAllText(path, "new");
        }

        Assert.False(File.Exists(left));
        Assert.Equal(stay.Append(path).Order(), Directory.GetFiles(folder.Root).Order());

        static string Old(string file)
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
            return file;
        }
    }

    [Fact]
    public void Makes_the_folder_where_it_is_absent()
    {
        var path = folder.File(Path.Combine("deep", "er", "a.txt"));
        AtomicFile.WriteAllText(path, "x");
        Assert.Equal("x", File.ReadAllText(path));
    }

    [Fact]
    public void A_full_disk_is_the_users_error_and_keeps_the_old_file()
    {
        var path = folder.File("a.txt", "old");
        var error = Assert.Throws<UserErrorException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("No space left on device");
        }));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void A_bug_in_the_writer_stays_a_bug()
    {
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder.File("a"), _ => throw new InvalidOperationException()));
        Assert.Empty(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void A_link_stays_and_its_target_is_written()
    {
        var target = folder.File("a.txt", "old");
        File.CreateSymbolicLink(folder.File("link"), target);
        AtomicFile.WriteAllText(folder.File("link"), "new");
        Assert.Equal((target, "new"), (new FileInfo(folder.File("link")).LinkTarget, File.ReadAllText(target)));
    }

    [Fact]
    public void A_device_is_written_to_and_stays_one()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        Assert.Contains(
            "No space left on device", Assert.Throws<UserErrorException>(() => AtomicFile.WriteAllText("/dev/full", "x")).Message,
            StringComparison.Ordinal);
        Assert.Throws<IOException>(() => File.WriteAllText("/dev/full", "x"));
    }

    [Fact]
    public void A_folder_is_no_file() => Assert.Throws<UserErrorException>(() => AtomicFile.WriteAllText(folder.Root, "x"));
}
