using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DpoSt.Tests.Hub;

/// <summary>What a test's server was asked.</summary>
internal sealed record HubRequest(string Target, IReadOnlyDictionary<string, string> Headers)
{
    public string Method { get; init; } = "GET";

    public byte[] Body { get; init; } = [];

    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>The first byte asked for.</summary>
    public int From => this["Range"] is { } range ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture) : 0;
}

/// <summary>What it answers: true or not.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
/// <param name="Headers">More header lines.</param>
internal sealed record HubReply(int Status, byte[] Body, params string[] Headers)
{
    /// <summary>The Content-Length it claims; null claims the truth, negative claims none.</summary>
    public long? Claims { get; init; }

    /// <summary>After so many bytes of the body the connection breaks.</summary>
    public int? BreaksAfter { get; init; }

    /// <summary>After so many bytes of the body nothing more comes, but the connection stays.</summary>
    public int? SilentAfter { get; init; }

    /// <summary>Called when the bytes before the break or the silence are sent.</summary>
    public Action? Sent { get; init; }

    public static HubReply Text(int status, string body, params string[] headers) => new(status, Encoding.UTF8.GetBytes(body), headers);
}

/// <summary>A server on this machine, on plain sockets, so that it can break every rule of HTTP that a test asks for.</summary>
internal sealed class HubServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Func<HubRequest, HubReply> answer;

    public HubServer(Func<HubRequest, HubReply> answer)
    {
        this.answer = answer;
        listener.Start();
        _ = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public ConcurrentQueue<HubRequest> Requests { get; } = [];

    public void Dispose()
    {
        end.Cancel();
        listener.Dispose();
        end.Dispose();
    }

    private async Task Accept()
    {
        while (!end.IsCancellationRequested)
        {
            var connection = await listener.AcceptTcpClientAsync(end.Token);
            _ = Serve(connection);
        }
    }

    private async Task Serve(TcpClient connection)
    {
        using (connection)
        {
            var stream = connection.GetStream();
            var request = await Read(stream);
            Requests.Enqueue(request);
            var reply = answer(request);
            var head = new StringBuilder(
                string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} Status\r\nConnection: close\r\n"));
            if (reply.Claims is not < 0)
            {
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.Claims ?? reply.Body.Length}\r\n");
            }

            head.AppendJoin("", reply.Headers.Select(line => line + "\r\n")).Append("\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()));
            await stream.WriteAsync(reply.Body.AsMemory(0, reply.BreaksAfter ?? reply.SilentAfter ?? reply.Body.Length));
            reply.Sent?.Invoke();
            if (reply.SilentAfter is not null)
            {
                await Task.Delay(Timeout.Infinite, end.Token);
            }
        }
    }

    private static async Task<HubRequest> Read(NetworkStream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
        {
            text.Append((char)one[0]);
        }

        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false);
        return new HubRequest(lines[0].Split(' ')[1], headers) { Method = lines[0].Split(' ')[0], Body = body[..length] };
    }
}
