using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DpoSt.Answering;
using DpoSt.Answering.Live;
using DpoSt.App.Demo;
using DpoSt.App.Serve;
using DpoSt.Tests.Models.Gguf;
using static TorchSharp.torch;

namespace DpoSt.Tests.App.Serve;

/// <summary>
/// A server in this process, with a small model that has a chat template. One at a time: what is counted is the process's.
/// </summary>
internal sealed class RunningServer : IDisposable
{
    public const string ChatModel = "chatty";
    private const string Template =
        "{% if style %}[{{ style }}] {% endif %}"
        + "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token if m.role == 'assistant' }}\n{% endfor %}"
        + "{% if add_generation_prompt %}assistant: {% endif %}";

    private readonly TemporaryFolder folder = new();
    private readonly ModelServer server;
    private readonly ServedModel model;

    public RunningServer(LiveOptions? limits = null, string? key = null, bool t5 = false)
    {
        Folder = folder.File(t5 ? "tiny" : ChatModel);
        if (t5)
        {
            DemoFolder.LayModel(folder.Root);
            Directory.Move(Directory.GetDirectories(folder.Root, "*base*", SearchOption.AllDirectories).First(), Folder);
        }
        else
        {
            LayChatModel(Folder);
        }

        model = new ServedModel(Path.GetFileName(Folder), new LiveModel(
            ModelBundle.LoadForIds(Folder, CPU), limits ?? new LiveOptions(4, 256, 64, 64)), null);
        server = new ModelServer(new ModelShelf([model]), new ServerDoor(IPAddress.Loopback, 0, key));
        Address = server.StartAsync().GetAwaiter().GetResult();
        Client = new HttpClient { BaseAddress = Address };
        Client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
    }

    public string Folder { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public LiveModel Live => model.Live;

    /// <summary>Lays a small model with a chat template into a folder.</summary>
    public static void LayChatModel(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(SharedFolder.Path("fixtures", "families", "qwen3")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), GgufTokenizers.ByteLevel());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token": "<eos>"}""");
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), Template);
    }

    /// <summary>What a request with this body is answered.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    /// <summary>The same for what can be written as JSON.</summary>
    public Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, object body) => Post(path, JsonSerializer.Serialize(body));

    /// <summary>Waits until nothing is asked any more.</summary>
    public async Task Idle()
    {
        while (Live.Count is not (0, 0))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        server.StopAsync().GetAwaiter().GetResult();
        server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Live.Dispose();
        folder.Dispose();
    }
}
