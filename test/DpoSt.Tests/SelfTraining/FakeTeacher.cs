using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace DpoSt.Tests.SelfTraining;

/// <summary>A server that answers conversations as a larger model would, by OpenAI's interface.</summary>
internal sealed class FakeTeacher : IDisposable
{
    public const string Model = "large";
    private readonly HttpListener listener = new();
    private readonly Func<int, string, string?> answer;
    private int count;

    /// <param name="answer">The answer to the n-th request, whose question is this; null is a status of 500.</param>
    public FakeTeacher(Func<int, string, string?> answer)
    {
        this.answer = answer;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/v1";
        }

        listener.Prefixes.Add(Address + "/");
        listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    public List<JsonElement> Asked { get; } = [];

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                Answer(await listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        object? body = context.Request.RawUrl switch
        {
            "/v1/models" => new { data = (object[])[new { id = Model }] },
            "/v1/chat/completions" => Completion(JsonDocument.Parse(context.Request.InputStream).RootElement),
            _ => null,
        };
        context.Response.StatusCode = body is null ? 500 : 200;
        context.Response.OutputStream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(body)));
        context.Response.Close();
    }

    private object? Completion(JsonElement request)
    {
        Asked.Add(request);
        var question = request.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;
        return answer(count++, question) is not { } text ? null : new
        {
            choices = (object[])[new { index = 0, message = new { role = "assistant", content = text }, finish_reason = "stop" }],
        };
    }
}
