namespace DpoSt.Tests;

public sealed class FileProblemTests
{
    [Fact]
    public void A_path_is_not_named_again()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("it is not there", Why(folder.File("absent")));
        Assert.Equal("it is not there", Why(folder.File("absent/too")));
        Assert.Equal("it is a folder", Why(folder.Root));
        Assert.Equal("Disk quota exceeded", FileProblem.InFolder(new IOException("Disk quota exceeded : '/some/where'")));
    }

    [Fact]
    public void What_may_not_be_read_says_so()
    {
        Assert.Equal(
            "permission is denied", FileProblem.Of("/absent", new UnauthorizedAccessException("Access to the path '/absent' is denied.")));
    }

    private static string Why(string path) => FileProblem.Of(path, Assert.ThrowsAny<Exception>(() => File.ReadAllBytes(path)));
}
