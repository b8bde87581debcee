using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>
/// A message with its number in the field <c>X-Bench-Id</c>, built once a connection: for each message only the digits change. It ends with
/// the dot, and no line begins with one.
/// </summary>
internal sealed class BenchMessage
{
    public const int Digits = 10;

    /// <summary>Of its author, and of the envelope.</summary>
    public const string Domain = "bench.test";

    public static readonly byte[] Marker = "X-Bench-Id: "u8.ToArray();

    private static readonly string[] Fields =
    [
        "Date: Mon, 2 Nov 2026 08:00:00 +0000\r\n",
        $"From: Bench <bench@{Domain}>\r\n",
        "To: Sink <r0@sink.test>\r\n",
        "Subject: A message of the relay benchmark\r\n",
    ];

    private readonly byte[] _bytes;
    private readonly int _digitsAt = Marker.Length;

    /// <param name="size">Octets, header included; a signature comes on top.</param>
    /// <param name="key">Signs it; null: it is not signed. The number is not signed, so one signature is right for all.</param>
    public BenchMessage(int size, NodeKey? key = null)
    {
        string number = $"{Encoding.ASCII.GetString(Marker)}{new string('0', Digits)}\r\n";
        string body = Body(size - number.Length - Fields.Sum(field => field.Length) - 2);
        string signature = key?.Sign(Fields, body) ?? "";
        _bytes = Encoding.ASCII.GetBytes($"{number}{signature}{string.Concat(Fields)}\r\n{body}.\r\n");
    }

    public ReadOnlySpan<byte> Numbered(int number)
    {
        for (int i = Digits - 1; i >= 0; i--, number /= 10)
            _bytes[_digitsAt + i] = (byte)('0' + (number % 10));
        return _bytes;
    }

    private static string Body(int size)
    {
        var text = new StringBuilder();
        while (text.Length < size)
            text.Append('x', Math.Min(74, Math.Max(0, size - text.Length - 2))).Append("\r\n");
        return text.ToString();
    }
}
