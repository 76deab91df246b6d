namespace DpoSt.Tests;

public sealed class DraftFolderTests
{
    [Fact]
    public void It_takes_the_place_of_what_stood_there()
    {
        using var folder = new TemporaryFolder();
        var target = Old(folder);
        using (var draft = new DraftFolder(target))
        {
            File.WriteAllText(Path.Combine(draft.Path, "new"), "");
            draft.MoveTo(target);
        }

        Assert.Equal(["new"], Directory.GetFiles(target).Select(Path.GetFileName));
        Assert.Equal(["target"], Directory.GetDirectories(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void What_stood_there_comes_back_where_the_new_cannot_take_its_place()
    {
        using var folder = new TemporaryFolder();
        var target = Old(folder);
        using var draft = new DraftFolder(target);
        Directory.Delete(draft.Path);
        Assert.ThrowsAny<IOException>(() => draft.MoveTo(target));
        Assert.Equal(["old"], Directory.GetFiles(target).Select(Path.GetFileName));
    }

    [Fact]
    public void Remnants_of_killed_writers_go_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var target = Old(folder);
        _ = new DraftFolder(target + "/");
        _ = new DraftFolder(folder.File("target2"));
        Directory.CreateDirectory(folder.File(".target.0123.tmp.old"));
        DraftFolder.RemoveRemnants(target);
        Assert.Equal(
            [".target2.", "target"],
            Directory.GetDirectories(folder.Root).Select(p => Path.GetFileName(p)[..Math.Min(9, Path.GetFileName(p).Length)])
                .Order(StringComparer.Ordinal));
    }

    private static string Old(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder.File("target"));
        folder.File("target/old", "");
        return folder.File("target");
    }
}
