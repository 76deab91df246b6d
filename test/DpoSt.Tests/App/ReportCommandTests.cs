using System.Text.RegularExpressions;
using DpoSt.App.Report;
using DpoSt.SelfTraining;
using Microsoft.Playwright;

namespace DpoSt.Tests.App;

public sealed partial class ReportCommandTests : IDisposable
{
    private readonly ReportFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_page_opens_in_a_browser_without_a_word_on_its_console_or_a_request_to_anywhere()
    {
        var path = Path.Combine(folder.Root, "report.html");
        Assert.Equal(new CommandRun(0, path + "\n", ""), CommandRun.Of("report", folder.Root));
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium(), Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync();
        var (said, asked) = (new List<string>(), new List<string>());
        page.Console += (_, message) => said.Add(message.Text);
        page.PageError += (_, error) => said.Add(error);
        page.Dialog += (_, dialog) => said.Add(dialog.Message);
        page.Request += (_, request) => asked.Add(request.Url);
        await page.GotoAsync(new Uri(path).AbsoluteUri);
        Assert.Empty(said);
        Assert.Equal([new Uri(path).AbsoluteUri], asked);

        Assert.Equal("dpost: a<b>", await page.TitleAsync());
        Assert.Equal(
            ["Accuracy", "Training", "pass@k", "Pairs and pseudo-labels", "Answers"], await page.Locator("h2").AllInnerTextsAsync());
        Assert.Equal(0, await page.Locator("script, body b, eggs").CountAsync());
        Assert.Equal(["calculations", "[ 2 * 3 = 6]", "<<2+2=4>>"], await page.Locator("mark").AllInnerTextsAsync());
        Assert.Equal([ReportFolder.Script, "How many eggs?"], await page.Locator("article p:nth-of-type(1)").AllInnerTextsAsync());
        Assert.Equal(["right", "wrong"], await page.Locator("article strong").AllInnerTextsAsync());
        Assert.StartsWith("wrong (the answer is 6.5)", (await page.Locator("article").AllInnerTextsAsync())[1], StringComparison.Ordinal);
        Assert.Equal("dpost 0.1 <b>", await page.Locator("footer").InnerTextAsync());

        // pass@k of one question solved by one of three samples and one by none: half of 1/3, 2/3 and 1.
        var tables = (await page.Locator("table").AllInnerTextsAsync()).Select(t => t.Split('\n')).ToArray();
        Assert.Contains("paper: Flan-T5-Large, GSM8K\t30.8\t34.1\t35.6\t37.4", tables[1]);
        Assert.Contains("sft-1\t16.7\t33.3\t50.0", tables[2]);
        Assert.Equal(["sft-0\t7\t2\t\t\t\t\t\t", "dpo-1\t\t\t\t11\t\t\t\t"], tables[3][1..]);
        Assert.Equal(5, await page.Locator("figure").CountAsync());
        foreach (var drawing in await page.Locator("figure svg").AllAsync())
        {
            Assert.True(await drawing.BoundingBoxAsync() is { Width: > 300, Height: > 100 });
            Assert.True(await drawing.Locator("path").CountAsync() > 2);
        }
    }

    [Fact]
    public void Of_an_unfinished_run_it_shows_what_is_there_and_names_what_is_not()
    {
        folder.Done("sft-0");
        folder.Move("models/dpo-1", "models/dpo-1.training");
        folder.Remove("models/sft-1");
        foreach (var name in (string[])["sft-0", "dpo-1", "sft-1"])
        {
            folder.Remove($"run/{name}");
        }

        var page = ReportPage.Html(RunSummary.Read(folder.Root));
        Assert.Contains(
            "<p>1 of 3 stages are done: sft-0.</p>\n<p>Still to come: evaluate sft-0, dpo-1.</p>", page, StringComparison.Ordinal);
        Assert.Equal(["Stages", "Accuracy", "Training"], Headings().Matches(page).Select(m => m.Groups["text"].Value));
        Assert.Contains("No model is evaluated yet.", page, StringComparison.Ordinal);
        Assert.Contains("dpo-1", Labels().Matches(page).Select(m => m.Groups["text"].Value.Trim()));
        Assert.DoesNotContain(".training", page, StringComparison.Ordinal);
        Assert.DoesNotContain("paper: Flan", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(10, 11)]
    public void There_are_no_half_steps_between_two(double first, double second)
    {
        // Values whose own ticks are whole.
        var labels = Labels()
            .Matches(LineChart.Svg("c", "step", "loss", [new ChartLine("sft-0", [first, second], [0, 1000])]))
            .Select(m => m.Groups["text"].Value.Trim())
            .ToArray();
        Assert.Contains($"{first}", labels);
        Assert.Contains($"{second}", labels);
        Assert.DoesNotContain(labels, label => label.Contains('.', StringComparison.Ordinal));
    }

    [GeneratedRegex("<h2>(?<text>[^<]*)</h2>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Headings();

    [GeneratedRegex("<text[^>]*>(?<text>[^<]*)</text>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Labels();

    [Fact]
    public void Metrics_come_back_as_numbers_and_what_is_none_is_left_out()
    {
        var dpo = RunSummary.Read(folder.Root).Trainings.Single(t => t.Run == "dpo-1");
        Assert.Equal([0.0, 0.75], dpo.Lines.Select(l => l["rewards/margins"]));
        Assert.Equal([false, true], dpo.Lines.Select(l => l.ContainsKey("grad_norm")));
        Assert.Equal(["sft-0", "dpo-1", "sft-1"], RunSummary.Read(folder.Root).Trainings.Select(t => t.Run));
    }

    [Fact]
    public void A_folder_that_is_no_run_is_one_sentence()
    {
        var above = Path.GetDirectoryName(folder.Root)!;
        Assert.Equal(
            new CommandRun(2, "", $"{above}: there is no run.json in it; did you mean {folder.Root}?\n"), CommandRun.Of("report", above));
        Assert.Equal(
            new CommandRun(
                2, "", "nowhere: there is no run.json in it; expected the folder that dpost run writes, model_outputs/EXPERIMENT.\n"),
            CommandRun.Of("report", "nowhere"));
        File.WriteAllText(Path.Combine(folder.Root, "run.json"), "{}");
        var broken = CommandRun.Of("report", folder.Root);
        Assert.Equal((2, ""), (broken.Code, broken.Out));
        Assert.Contains("run.json: the file is not a record of a run", broken.Error, StringComparison.Ordinal);
    }

    private static string Chromium()
    {
        const string path = "/usr/bin/chromium";
        if (!File.Exists(path))
        {
            const string reason = "there is no " + path + " to open the page with (apt-get install chromium)";
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
            Assert.Skip(reason);
        }

        return path;
    }
}
