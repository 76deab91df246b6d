using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DpoSt.Tests.Answering.Elsewhere;

/// <summary>Stands before a server and spoils some of its answers.</summary>
internal sealed class FaultyProxy : IDisposable
{
    public static readonly string[] Faults = ["500", "429", "stall", "cut", "lie", "words", "empty"];
    private readonly HttpListener listener = new();
    private readonly HttpClient http = new();
    private readonly Func<int, string?> fault;
    private readonly Uri server;
    private int count;

    /// <param name="fault">What is wrong with the n-th completion; null is nothing.</param>
    public FaultyProxy(Uri server, Func<int, string?> fault)
    {
        (this.server, this.fault) = (server, fault);
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        listener.Prefixes.Add(Address.OriginalString);
        listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    public int Completions => count;

    public void Dispose()
    {
        listener.Close();
        http.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                var context = await listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var isCompletion = context.Request.HttpMethod == "POST";
            var wrong = isCompletion ? fault(Interlocked.Increment(ref count) - 1) : null;
            using var request = new HttpRequestMessage(
                new HttpMethod(context.Request.HttpMethod), new Uri(server, context.Request.RawUrl!.TrimStart('/')));
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            if (isCompletion)
            {
                request.Content = new ByteArrayContent(body.ToArray()) { Headers = { { "Content-Type", "application/json" } } };
            }

            using var response = await http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            text = wrong switch
            {
                "lie" => text.Replace("\"log_prob\":-", "\"log_prob\":", StringComparison.Ordinal),
                "words" => text.Replace("\"text\":\"", "\"text\":\"other words ", StringComparison.Ordinal),
                "empty" => "{}",
                "cut" => text[..(text.Length / 2)],
                _ => text,
            };
            if (wrong == "stall")
            {
                await Task.Delay(TimeSpan.FromSeconds(20));
            }

            context.Response.StatusCode = wrong is "500" or "429" ? int.Parse(wrong) : (int)response.StatusCode;
            context.Response.OutputStream.Write(Encoding.UTF8.GetBytes(text));
            context.Response.Close();
        }
        catch (Exception e) when (
            e is HttpListenerException or HttpRequestException or ObjectDisposedException or InvalidOperationException)
        {
            // Whoever asked has gone.
        }
    }
}
