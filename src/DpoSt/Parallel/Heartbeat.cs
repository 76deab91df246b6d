using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace DpoSt.Parallel;

/// <summary>Notices a rank that no longer runs: every second each rank sends the first one a byte, and the first one each other. MPI itself
/// waits for a stopped process, or a machine that is gone, without end. It does not judge how far a rank is with its work: a long step is
/// no fault.</summary>
internal sealed class Heartbeat : IDisposable
{
    /// <summary>The silence, in beats of a second, after which a rank counts as hanging.</summary>
    public const int Limit = 15;

    private const byte Alive = 1;
    private const byte Farewell = 2;
    private const int KeySize = 16;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    // A rank that died is seen by mpirun too, which ends the job and says so: only where it does not is it said here.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly int rank;
    private readonly int size;
    private readonly Action<string> lost;
    private readonly List<(int Rank, TcpClient Client)> peers = [];
    private readonly Timer timer;
    private volatile bool isOver;

    private Heartbeat(int rank, int size, IEnumerable<(int Rank, TcpClient Client)> peers, Action<string> lost)
    {
        (this.rank, this.size, this.lost) = (rank, size, lost);
        this.peers.AddRange(peers);
        foreach (var (other, client) in this.peers)
        {
            new Thread(() => Listen(other, client)) { IsBackground = true, Name = $"heartbeat of rank {other}" }.Start();
        }

        timer = new Timer(_ => SendAll(Alive), null, TimeSpan.Zero, Beat);
    }

    /// <summary>Connects all ranks of a group with the first.</summary>
    /// <param name="lost">Takes one sentence that names the rank that is gone; called on a thread of its own.</param>
    /// <exception cref="UserErrorException">A rank cannot reach the first one over TCP.</exception>
    public static Heartbeat Join(IProcessGroup group, Action<string> lost)
    {
        var host = Dns.GetHostName();
        var isLocal = group.Gather(Encoding.UTF8.GetBytes(host)).All(name => Encoding.UTF8.GetString(name) == host);
        isLocal = group.Sum([isLocal ? 0 : 1])[0] == 0;
        using var listener = group.Rank == 0 ? new TcpListener(isLocal ? IPAddress.Loopback : IPAddress.Any, 0) : null;
        var key = RandomNumberGenerator.GetBytes(KeySize);
        var invitation = listener is null ? "" : Invitation(listener, key, isLocal, host);
        invitation = Encoding.UTF8.GetString(group.Gather(Encoding.UTF8.GetBytes(invitation))[0]);
        return new Heartbeat(group.Rank, group.Size, listener is null
            ? [(0, Connect(invitation, group.Rank))] : Accept(listener, key, group.Size - 1), lost);
    }

    /// <summary>Says farewell: this rank is done.</summary>
    public void Dispose()
    {
        isOver = true;
        timer.Dispose();
        SendAll(Farewell);
        foreach (var (_, client) in peers)
        {
            client.Dispose();
        }
    }

    // "port key address address ...": whoever knows the key may connect.
    private static string Invitation(TcpListener listener, byte[] key, bool isLocal, string host)
    {
        listener.Start();
        IEnumerable<IPAddress> addresses = isLocal ? [IPAddress.Loopback] : Dns.GetHostAddresses(host, AddressFamily.InterNetwork);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{((IPEndPoint)listener.LocalEndpoint).Port} {Convert.ToHexString(key)} {string.Join(' ', addresses)}");
    }

    private static TcpClient Connect(string invitation, int rank)
    {
        var words = invitation.Split(' ');
        foreach (var address in words[2..])
        {
            var client = new TcpClient(AddressFamily.InterNetwork) { NoDelay = true };
            try
            {
                client.Connect(IPAddress.Parse(address), int.Parse(words[0], CultureInfo.InvariantCulture));
                client.GetStream().Write([.. Convert.FromHexString(words[1]), .. BitConverter.GetBytes(rank)]);
                return client;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                client.Dispose();
            }
        }

        throw new UserErrorException(
            $"rank {rank} cannot reach rank 0 over TCP at {string.Join(" or ", words[2..])}, port {words[0]}: "
            + "let the machines of a job reach each other.");
    }

    private static List<(int Rank, TcpClient Client)> Accept(TcpListener listener, byte[] key, int count)
    {
        var found = new List<(int, TcpClient)>();
        while (found.Count < count)
        {
            var client = listener.AcceptTcpClient();
            client.NoDelay = true;
            client.ReceiveTimeout = (int)Beat.TotalMilliseconds * Limit;
            var hello = new byte[KeySize + sizeof(int)];
            try
            {
                client.GetStream().ReadExactly(hello);
            }
            catch (IOException)
            {
                client.Dispose();
                continue;
            }

            if (CryptographicOperations.FixedTimeEquals(hello.AsSpan(0, KeySize), key))
            {
                found.Add((BitConverter.ToInt32(hello, KeySize), client));
            }
            else
            {
                client.Dispose();
            }
        }

        return found;
    }

    // Silence is counted in beats that this process has lived through, so that a job that was stopped as a whole may go on.
    private void Listen(int other, TcpClient client)
    {
        client.ReceiveTimeout = (int)Beat.TotalMilliseconds;
        var buffer = new byte[64];
        for (var silent = 0; !isOver && silent < Limit;)
        {
            try
            {
                var read = client.GetStream().Read(buffer);
                if (read == 0)
                {
                    Lose($"rank {other} of {size} has died");
                    return;
                }

                if (buffer.AsSpan(0, read).Contains(Farewell))
                {
                    return;
                }

                silent = 0;
            }
            catch (IOException e) when (
                e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock })
            {
                silent++;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                Lose($"rank {other} of {size} has died");
                return;
            }
        }

        Report($"rank {other} of {size} has not answered for {Limit} seconds");
    }

    private void Lose(string what)
    {
        Thread.Sleep(Grace);
        Report(what);
    }

    private void Report(string what)
    {
        Thread.Sleep(TimeSpan.FromSeconds(0.5 * rank));           // one of those that notice speaks
        if (!isOver)
        {
            lost($"{what}: the job ends. The same command goes on from the last resume state, with as many processes or fewer.");
        }
    }

    private void SendAll(byte word)
    {
        if (JobLauncher.IsGone)
        {
            lost("whoever started this job is gone: it ends.");
        }

        foreach (var (_, client) in peers)
        {
            try
            {
                client.GetStream().WriteByte(word);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // The thread that listens to it notices.
            }
        }
    }
}
