"""What mail programs and providers call Sent, Drafts, Archive and All Mail, language by language.

Used by `folders.choose` where a server names no SPECIAL-USE. Earlier names win over later ones.
"""

from __future__ import annotations

SENT: tuple[str, ...] = (
    # English: Dovecot and Thunderbird, Exchange, Apple Mail, Gmail, Pine
    "Sent", "Sent Items", "Sent Messages", "Sent Mail", "Sent-mail", "Sent Objects", "Sent Email",
    # German
    "Gesendet", "Gesendete Elemente", "Gesendete Objekte", "Gesendete Nachrichten",
    "Gesendete E-Mails", "Gesendete Mails",
    # French
    "Envoyés", "Messages envoyés", "Éléments envoyés", "Courrier envoyé", "Objets envoyés",
    "Envoyé", "E-mails envoyés",
    # Spanish, Galician, Catalan, Basque
    "Enviados", "Elementos enviados", "Mensajes enviados", "Correo enviado", "Enviado",
    "Enviats", "Elements enviats", "Missatges enviats", "Bidalita", "Bidalitakoak",
    # Portuguese
    "Enviadas", "Itens enviados", "Mensagens enviadas", "E-mails enviados", "Correio enviado",
    # Italian
    "Inviati", "Posta inviata", "Inviata", "Messaggi inviati", "Elementi inviati",
    # Dutch, Frisian
    "Verzonden", "Verzonden items", "Verzonden berichten", "Verzonden objecten", "Ferstjoerd",
    # Danish, Norwegian, Swedish, Finnish, Icelandic
    "Sendt", "Sendt post", "Sendte elementer", "Sendte e-poster", "Sendte meldinger",
    "Skickat", "Skickade", "Skickade objekt", "Skickade meddelanden",
    "Lähetetyt", "Lähetetyt viestit", "Lähetetyt kohteet", "Sendur póstur",
    # Estonian, Latvian, Lithuanian
    "Saadetud", "Saadetud kirjad", "Nosūtītie", "Nosūtīts", "Nosūtītās", "Išsiųsti", "Išsiųsta",
    "Išsiųsti laiškai",
    # Polish, Czech, Slovak, Hungarian, Romanian
    "Wysłane", "Elementy wysłane", "Wysłane wiadomości", "Odeslané", "Odeslaná pošta",
    "Odeslané zprávy", "Odoslané", "Odoslaná pošta", "Odoslané správy", "Elküldött",
    "Elküldött elemek", "Elküldött üzenetek", "Trimise", "Elemente trimise", "Mesaje trimise",
    # Slovene, Croatian, Bosnian, Serbian, Macedonian, Bulgarian, Albanian
    "Poslano", "Poslane", "Poslana pošta", "Poslane stavke", "Poslato", "Послато", "Послате",
    "Испратени", "Изпратени", "Изпратена поща", "Të dërguar",
    # Greek, Turkish
    "Απεσταλμένα", "Σταλμένα", "Απεσταλμένα μηνύματα", "Gönderilmiş", "Gönderilmiş Öğeler",
    "Gönderilenler", "Gönderilmiş Postalar", "Gönderilen", "Giden",
    # Russian, Ukrainian, Belarusian, Georgian, Armenian
    "Отправленные", "Отправленное", "Отправлено", "Надіслані", "Відправлені", "Надіслане",
    "Адасланыя", "Даслана", "გაგზავნილი", "Ուղարկված",
    # Hebrew, Arabic, Persian
    "נשלח", "דואר שנשלח", "פריטים שנשלחו", "المرسل", "المرسلة", "العناصر المرسلة",
    "البريد المرسل", "الرسائل المرسلة", "فرستاده‌ها", "ارسال شده",
    # Hindi, Thai, Vietnamese, Indonesian, Malay
    "भेजे गए", "ส่งแล้ว", "จดหมายที่ส่งแล้ว", "ข้อความที่ส่ง", "Thư đã gửi", "Đã gửi", "Terkirim",
    "Pesan Terkirim", "Dihantar",
    # Japanese, Chinese, Korean
    "送信済み", "送信済みメール", "送信済みアイテム", "送信済みトレイ", "送信済みメッセージ",
    "已发送", "已发送邮件", "已发邮件", "已傳送", "寄件備份", "已寄出",
    "보낸 편지함", "보낸편지함", "보낸 메일함", "보낸메일함",
    # Celtic, Esperanto
    "Seolta", "Anfonwyd", "Kaset", "Senditaj", "Senditujo",
)  # fmt: skip

DRAFTS: tuple[str, ...] = (
    # English
    "Drafts", "Draft", "Draft Messages", "Draft Mail",
    # German, French
    "Entwürfe", "Entwurf", "Entwuerfe", "Brouillons", "Brouillon",
    # Spanish, Galician, Catalan, Basque, Portuguese, Italian
    "Borradores", "Borrador", "Borradors", "Esborranys", "Zirriborroak", "Rascunhos", "Rascunho",
    "Bozze", "Bozza",
    # Dutch, Frisian
    "Concepten", "Concept", "Kladversies", "Konsepten",
    # Danish, Norwegian, Swedish, Finnish, Icelandic
    "Kladder", "Udkast", "Utkast", "Utkaster", "Kladd", "Luonnokset", "Drög", "Uppköst",
    # Estonian, Latvian, Lithuanian
    "Mustandid", "Melnraksti", "Uzmetumi", "Juodraščiai",
    # Polish, Czech, Slovak, Hungarian, Romanian
    "Szkice", "Kopie robocze", "Wersje robocze", "Koncepty", "Rozepsané", "Rozpracované",
    "Piszkozatok", "Ciorne", "Schițe",
    # Slovene, Croatian, Bosnian, Serbian, Macedonian, Bulgarian, Albanian
    "Osnutki", "Skice", "Nacrti", "Нацрти", "Недовршено", "Чернови", "Skica",
    # Greek, Turkish
    "Πρόχειρα", "Προσχέδια", "Taslaklar", "Taslak",
    # Russian, Ukrainian, Belarusian, Georgian, Armenian
    "Черновики", "Чернетки", "Чарнавікі", "Чарнавыя", "მონახაზები", "დრაფტები", "Սևագրեր",
    # Hebrew, Arabic, Persian
    "טיוטות", "טיוטא", "المسودات", "مسودات", "پیش‌نویس‌ها", "پیش نویس ها",
    # Hindi, Thai, Vietnamese, Indonesian, Malay
    "ड्राफ़्ट", "ร่าง", "จดหมายร่าง", "แบบร่าง", "Thư nháp", "Bản nháp", "Draf", "Konsep",
    # Japanese, Chinese, Korean
    "下書き", "草稿", "草稿箱", "草稿匣", "임시 보관함", "임시보관함",
    # Celtic, Esperanto
    "Dréachtaí", "Drafftiau", "Brouilhedoù", "Malnetoj",
)  # fmt: skip

ARCHIVE: tuple[str, ...] = (
    "Archive", "Archives", "Archiv", "Archivo", "Archivos", "Archivio", "Arquivo", "Arquivos",
    "Arxiu", "Archief", "Archieven", "Arkiv", "Arkiver", "Arkisto", "Arkistot", "Arhiv", "Arhiva",
    "Arhivă", "Archiwum", "Archív", "Archívum", "Arhiiv", "Arhīvs", "Archyvas", "Архив", "Архів",
    "Архива", "Αρχείο", "Αρχειοθήκη", "Arşiv", "ארכיון", "الأرشيف", "أرشيف", "アーカイブ",
    "存档", "归档", "封存", "保管", "보관", "보관함", "Lưu trữ", "Arsip",
)  # fmt: skip

ALL: tuple[str, ...] = (
    "All Mail", "Alle Nachrichten", "Tous les messages", "Todos los correos",
    "Todos os e-mails", "Todo o correio", "Tutti i messaggi", "Alle berichten", "Alle e-mails",
    "Alle mails", "All e-post", "Alla mail", "Kaikki viestit", "Všechny zprávy",
    "Všetky správy", "Összes levél", "Toate mesajele", "Вся почта", "Уся пошта",
    "Όλα τα μηνύματα", "Tüm Postalar", "すべてのメール", "所有邮件", "所有郵件", "전체보관함",
)  # fmt: skip
