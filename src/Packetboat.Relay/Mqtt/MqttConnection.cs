namespace Packetboat.Relay.Mqtt;

/// <summary>
/// A connection to a broker, for one who publishes and subscribes to nothing: each question has one answer, which is waited for. Not
/// thread-safe. Deadlines are the caller's.
/// </summary>
internal sealed class MqttConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[2 * MqttPacket.MaxAnswer];
    private int _filled;
    private ushort _lastId;

    private MqttConnection(Stream stream) => _stream = stream;

    /// <summary>Greets the broker. The stream belongs to the connection, or is closed.</summary>
    /// <returns>The connection, or why there is none.</returns>
    /// <exception cref="IOException">The stream broke.</exception>
    public static async Task<(MqttConnection? Connection, string Failure)> OpenAsync(
        Stream stream,
        MqttConnectOptions options,
        CancellationToken ct
    )
    {
        var connection = new MqttConnection(stream);
        bool isOpen = false;
        try
        {
            await connection.WriteAsync(MqttPacket.Connect(options), ct);
            MqttAnswer answer = await connection.ReadAsync(MqttPacketType.ConnectAnswer, ct);
            isOpen = answer.Code == 0;
            return isOpen ? (connection, "") : (null, Refusal(answer.Code));
        }
        finally
        {
            if (!isOpen)
                await stream.DisposeAsync();
        }
    }

    /// <summary>Once this completes the broker has it.</summary>
    /// <exception cref="IOException">The connection is of no use any more.</exception>
    public async Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool isRetained, CancellationToken ct)
    {
        ushort id = _lastId = _lastId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastId + 1);
        await WriteAsync(MqttPacket.Publish(topic, payload.Span, isRetained, id), ct);
        // It may still say something about an earlier one, whose answer nobody waited for.
        while ((await ReadAsync(MqttPacketType.PublishAnswer, ct)).Id != id) { }
    }

    /// <summary>At most once, and nobody says whether it arrived.</summary>
    public Task TellAsync(string topic, ReadOnlyMemory<byte> payload, bool isRetained, CancellationToken ct) =>
        WriteAsync(MqttPacket.Publish(topic, payload.Span, isRetained, id: 0), ct);

    /// <summary>Whether the broker is there.</summary>
    /// <exception cref="IOException">The connection is of no use any more.</exception>
    public async Task PingAsync(CancellationToken ct)
    {
        await WriteAsync(MqttPacket.PingRequest, ct);
        await ReadAsync(MqttPacketType.PingAnswer, ct);
    }

    /// <summary>Goodbye: the broker does not publish our will.</summary>
    public Task CloseAsync(CancellationToken ct) => WriteAsync(MqttPacket.Disconnect, ct);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task WriteAsync(byte[] packet, CancellationToken ct)
    {
        await _stream.WriteAsync(packet, ct);
        await _stream.FlushAsync(ct);
    }

    private async Task<MqttAnswer> ReadAsync(MqttPacketType wanted, CancellationToken ct)
    {
        while (true)
        {
            if (!MqttPacket.TryRead(_buffer.AsSpan(0, _filled), out MqttAnswer? answer, out int length))
                throw new IOException("the broker says something that is not MQTT 3.1.1, or nothing that we asked for");
            if (answer is null)
            {
                int read = await _stream.ReadAsync(_buffer.AsMemory(_filled), ct);
                if (read == 0)
                    throw new IOException("the broker has closed the connection");
                _filled += read;
                continue;
            }

            _buffer.AsSpan(length, _filled - length).CopyTo(_buffer);
            _filled -= length;
            if (answer.Type == wanted)
                return answer;
        }
    }

    /// <summary>MQTT 3.1.1 §3.2.2.3.</summary>
    private static string Refusal(byte code) =>
        code switch
        {
            1 => "the broker does not speak MQTT 3.1.1",
            2 => "the broker does not take our client identifier",
            3 => "the broker is not available",
            4 => "the broker refuses MqttUsername or the password in MqttPasswordFile",
            5 => "the broker does not let us in: MqttUsername and MqttPasswordFile may be missing",
            _ => $"the broker refuses the connection with code {code}",
        };
}
