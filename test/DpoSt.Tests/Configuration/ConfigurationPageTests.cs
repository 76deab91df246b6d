namespace DpoSt.Tests.Configuration;

/// <summary>docs/configuration.md names every key as the code has it. With DPOST_WRITE_DOCS=1 the test writes the page instead.</summary>
public sealed class ConfigurationPageTests
{
    private const string Mark =
        "<!-- From here on the page is generated: DPOST_WRITE_DOCS=1 with ConfigurationPageTests writes it. -->\n\n";

    [Fact]
    public void The_committed_page_is_what_the_options_say()
    {
        var path = Path.Combine(SharedFolder.RepositoryRoot, "docs", "configuration.md");
        var page = File.ReadAllText(path);
        var begin = page.IndexOf(Mark, StringComparison.Ordinal);
        Assert.True(begin >= 0, "the page has lost the mark behind which it is generated");
        var expected = page[..(begin + Mark.Length)] + ConfigurationPage.Tables().TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("DPOST_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path));
    }
}
