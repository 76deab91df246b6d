using System.Text;
using DpoSt.Tests.Hub;
using DpoSt.Tests.Hub.Upload;

namespace DpoSt.Tests.App.Transfer;

/// <summary><c>dpost upload</c> as it is typed.</summary>
[Collection("hub variables")]
public sealed class UploadCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly UploadHub hub = new();
    private readonly HubServer server;

    public UploadCommandTests()
    {
        server = new HubServer(request => hub.Answer(request) ?? HubReply.Text(404, ""));
        hub.Storage = server.Address;
        Environment.SetEnvironmentVariable("HF_ENDPOINT", server.Address.OriginalString);
        Environment.SetEnvironmentVariable("HF_HOME", folder.Root);
        Directory.CreateDirectory(folder.File("mine"));
        folder.File("mine/config.json", "{}");
        folder.File("mine/model.safetensors", new string('w', 1000));
    }

    [Fact]
    public void Prints_the_page_and_goes_with_the_token_file()
    {
        folder.File("token", UploadHub.Token + "\n");
        var run = CommandRun.Of("upload", folder.File("mine"), "me/mine", "--public");
        Assert.Equal((0, $"{server.Address}me/mine\n"), (run.Code, run.Out));
        Assert.Contains("me/mine: 3 files, 3 files of it to send", run.Error, StringComparison.Ordinal);
        Assert.Contains("every file is there as it is here", run.Error, StringComparison.Ordinal);
        Assert.False(hub.Created[0].GetProperty("private").GetBoolean());
        Assert.Equal(new string('w', 1000), Encoding.UTF8.GetString(hub.Repositories["me/mine"]["model.safetensors"]));
        Assert.StartsWith("---\nlibrary_name: transformers\ntags:\n- dpost\n---\n\n# me/mine\n\nThere was no record",
            Encoding.UTF8.GetString(hub.Repositories["me/mine"]["README.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_refused_is_one_sentence_and_code_2()
    {
        var run = CommandRun.Of("upload", folder.File("mine"), "me/mine");
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Matches(@"^[^\n]+set HF_TOKEN[^\n]+\.\n$", run.Error[(run.Error.TrimEnd().LastIndexOf('\n') + 1)..]);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HF_ENDPOINT", null);
        Environment.SetEnvironmentVariable("HF_HOME", null);
        server.Dispose();
        folder.Dispose();
    }
}
