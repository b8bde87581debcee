using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>
/// A message with its number in the field <c>X-Bench-Id</c>, built once a connection: for each message only the digits change. It ends with
/// the dot, and no line begins with one.
/// </summary>
internal sealed class BenchMessage
{
    public const int Digits = 10;

    public static readonly byte[] Marker = "X-Bench-Id: "u8.ToArray();

    private readonly byte[] _bytes;
    private readonly int _digitsAt;

    public BenchMessage(int size)
    {
        var text = new StringBuilder();
        text.Append("X-Bench-Id: ");
        _digitsAt = text.Length;
        text.Append('0', Digits).Append("\r\n");
        text.Append("Date: Mon, 2 Nov 2026 08:00:00 +0000\r\n");
        text.Append(
            "From: Bench <bench@bench.test>\r\nTo: Sink <r0@sink.test>\r\nSubject: A message of the relay benchmark\r\n\r\n"
        );
        while (text.Length < size)
        {
            int line = Math.Min(74, Math.Max(0, size - text.Length - 2));
            text.Append('x', line).Append("\r\n");
        }

        text.Append(".\r\n");
        _bytes = Encoding.ASCII.GetBytes(text.ToString());
    }

    public ReadOnlySpan<byte> Numbered(int number)
    {
        for (int i = Digits - 1; i >= 0; i--, number /= 10)
            _bytes[_digitsAt + i] = (byte)('0' + (number % 10));
        return _bytes;
    }
}
